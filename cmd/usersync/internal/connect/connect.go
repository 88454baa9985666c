// Package connect opens the way to an API: its client, the pace of its calls, the
// sandbox in its place, and the ledger that remembers what it holds.
//
// For each API there is one file with everything that a config can say of it: its
// section, its settings, how its client is opened and pointed to the sandbox, and
// what a first config holds. It knows nothing of inputs or runs. Start at api.go;
// a new API is listed there.
package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/journal"
	"usersync/sync/pace"
	"usersync/sync/sandbox"
	"usersync/sync/user"
	"usersync/writer/report"
)

// Connection is the way to an API: a client, its pace, and the sandbox if that
// is what it leads to.
type Connection struct {
	Client  Client
	Pace    *pace.Pace
	Scope   report.Scope
	Sandbox *sandbox.Running // nil if the API is a real one
	Slow    bool             // so few calls a second that a sync of the journal for each costs nothing
}

// Open opens the API that c names. It sends no user, and makes no call but one that
// asks what the API can do; that one fails with a *destination.CallError. A setting
// that does not fit is an *exit.Error.
func Open(ctx context.Context, c *config.Config) (*Connection, error) {
	if len(c.Target.All) > 1 {
		return nil, exit.Usage(fmt.Errorf("find the destination: %s are named, and this command takes one", exit.List(c.Target.All)), "say which with --to", "")
	}
	to, ok := apiOf(c)
	if !ok {
		return nil, exit.Usage(errors.New("find the destination: none was named"),
			"write --to NAME, or to: NAME in the config; known are "+exit.List(names()), c.Invocation.Sandboxed("kard"))
	}
	if c.Target.OnAbsent != "" && c.Target.OnAbsent != "delete" && c.Target.OnAbsent != to.onAbsent {
		return nil, exit.Usage(fmt.Errorf("check on_absent: %s cannot %s users", c.Target.To, c.Target.OnAbsent), "leave --on-absent out, and a delete removes them", "usersync run --help")
	}
	conn := &Connection{}
	if err := conn.toSandbox(c, to); err != nil {
		return nil, err
	}
	var err error
	conn.Client, conn.Scope, err = to.open(ctx, c, func(status int, h http.Header) { conn.Pace.Observe(status, h) })
	if err != nil {
		return nil, errors.Join(openError(c, err), conn.Close())
	}
	limits := PaceOptions(c, conn.Client.Traits())
	conn.Pace, conn.Slow = pace.New(limits), limits.PerSecond > 0 && limits.PerSecond <= slowRate
	if err := checkMode(c.Target.Mode, conn.Client.Traits()); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// unopened is a destination whose settings are wrong, or that did not answer
// when it was asked what it can do.
func openError(c *config.Config, err error) error {
	err = fmt.Errorf("connect to %s: %w", c.Target.To, err)
	if call, asked := errors.AsType[*destination.CallError](err); asked && call.Fault == destination.Denied {
		return &exit.Error{Err: err, Hint: "nothing was sent; " + AuthHint(c), Next: c.NextForSettings()}
	} else if asked {
		return &exit.Error{Err: err, Hint: "nothing was sent; run again when it answers, or check its section of the config", Next: c.Invocation.Again(c.Invocation.Files...)}
	}
	return exit.Usage(err, "", c.NextForSettings())
}

// AuthHint names what in the config leads to an API and to an account there.
func AuthHint(c *config.Config) string {
	account := ""
	if to, ok := apiOf(c); ok && to.account != "" {
		account = ", " + to.account
	}
	return fmt.Sprintf("check base_url%s and auth under %s: in the config", account, c.Target.To)
}

// Unsafe are the calls that must not be made again when they were perhaps taken.
func (conn *Connection) Unsafe() []user.Op {
	var ops []user.Op
	for op, t := range conn.Client.Traits().Ops {
		if t.Replay == destination.Unsafe {
			ops = append(ops, op)
		}
	}
	slices.Sort(ops)
	return ops
}

// BatchSize is asked, or the most that any call takes: the engine's window grows
// with it.
func (conn *Connection) BatchSize(asked int) int {
	most := 1
	for _, op := range conn.Client.Traits().Ops {
		most = max(most, op.Max)
	}
	return min(asked, most)
}

// ScopeIn is what the users are sent to, as the journal and the ledger name it.
func (conn *Connection) ScopeIn(feed string) journal.Scope {
	return journal.Scope{Destination: conn.Scope.Destination, Host: conn.Scope.Host, Account: conn.Scope.Account, Feed: feed}
}

// Close ends the sandbox. Its calls are over when it is called, or were cut.
func (conn *Connection) Close() error {
	if conn.Client != nil {
		conn.Client.CloseIdle()
	}
	if conn.Sandbox == nil {
		return nil
	}
	now, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return conn.Sandbox.Close(now)
}

// defaultRate is for APIs that document none: ten calls a second trouble
// nobody.
const defaultRate = 10.0

// slowest is how many calls a second a disk surely keeps up with.
const slowRate = 200

// PaceOptions are how fast an API with those traits is called: as c says, or as the
// API documents.
func PaceOptions(c *config.Config, t destination.Traits) pace.Options {
	o := pace.Options{Burst: c.Pace.Burst, MaxInFlight: c.Pace.Workers, MaxWait: c.Pace.MaxWait, GiveUpAfter: c.Pace.GiveUpAfter}
	if c.Guards.MaxDuration > 0 {
		o.Until = time.Now().Add(c.Guards.MaxDuration)
	}
	switch {
	case c.Pace.Rate.Given():
		o.PerSecond = c.Pace.Rate.PerSecond // 0 if unlimited
	case !c.Target.Sandbox:
		o.PerSecond = cmp.Or(float64(t.PerMinute)/60, defaultRate)
	}
	return o
}

// checkMode refuses a mode for which the API has no call.
func checkMode(mode user.Op, t destination.Traits) error {
	needed := map[user.Op][]user.Op{
		user.Upsert:   {user.Create, user.Update},
		config.Mirror: {user.Create, user.Update, user.Delete},
	}[mode]
	if needed == nil {
		needed = []user.Op{mode}
	}
	for _, op := range needed {
		if _, ok := t.Ops[op]; !ok {
			return exit.Usage(fmt.Errorf("check mode %s: %s has no call to %s users", mode, t.Name, op), "choose another --mode", "usersync run --help")
		}
	}
	return nil
}
