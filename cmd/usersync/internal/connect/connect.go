// Package connect connects to an API: its client, the pace of its calls, the sandbox
// instead of it, and the ledger that remembers what it holds.
//
// Each API has one file with its section of the config: its settings, how to open its
// client, how to point it to the sandbox, and its part of a first config. The package
// knows nothing about inputs or runs. Start at api.go, which lists the APIs.
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
	"usersync/writer/cause"
	"usersync/writer/report"
)

// Connection is a connection to an API: a client, its pace, and the sandbox if it
// uses one.
type Connection struct {
	Client  Client
	Pace    *pace.Pace
	Traffic Traffic
	Scope   report.Scope
	Causes  []cause.Known    // of rejects, those known of this API alone
	Sandbox *sandbox.Running // nil for a real API
	limit   []func() error   // close what the limit on calls is shared by
	Slow    bool             // at most slowRate calls a second, so syncing the journal for each costs nothing
}

// Open opens the API that c names. It sends no users. Its only call, if any, asks what
// the API can do, and fails with a *destination.CallError. A wrong setting is an
// *exit.Error.
func Open(ctx context.Context, c *config.Config) (*Connection, error) {
	if len(c.Target.All) > 1 {
		return nil, exit.Usage(fmt.Errorf("find the destination: %s are named, and this command takes one", exit.List(c.Target.All)), "choose one with --to", "")
	}
	to, ok := apiOf(c)
	if !ok {
		return nil, noDestination(c.Invocation.Sandboxed("kard"))
	}
	if c.Target.OnAbsent != "" && c.Target.OnAbsent != "delete" && c.Target.OnAbsent != to.onAbsent {
		return nil, exit.Usage(fmt.Errorf("check on_absent: %s cannot %s users", c.Target.To, c.Target.OnAbsent), "leave --on-absent out: then a delete removes them", "usersync run --help")
	}
	conn := &Connection{Causes: to.causes}
	if err := conn.toSandbox(c, to); err != nil {
		return nil, err
	}
	var err error
	see := observer{answered: func(status int, h http.Header) { conn.Pace.Observe(status, h) }, traffic: conn.Traffic.recorder(c.Output.Dump)}
	conn.Client, conn.Scope, err = to.open(ctx, c, see)
	if err != nil {
		return nil, errors.Join(openError(ctx, c, err), conn.Close())
	}
	limits := PaceOptions(c, conn.Client.Traits())
	conn.Pace, conn.Slow = pace.New(limits), limits.PerSecond > 0 && limits.PerSecond <= slowRate
	_, err = sharedWhere(c, limits)
	if err := errors.Join(err, checkMode(c.Target.Mode, conn.Client.Traits())); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func noDestination(next string) error {
	return exit.Usage(errors.New("find the destination: none is named"),
		"set --to NAME, or to: NAME in the config; NAME is one of "+exit.List(names()), next)
}

// openError explains that the settings of a destination are wrong, or that it did not
// answer when asked what it can do. If ctx has ended, no setting is wrong.
func openError(ctx context.Context, c *config.Config, err error) error {
	err = fmt.Errorf("connect to %s: %w", c.Target.To, err)
	if call, asked := errors.AsType[*destination.CallError](err); asked && call.Fault == destination.Denied {
		return &exit.Error{Err: err, Hint: "nothing was sent; " + DeniedHint(c, call), Next: c.NextForSettings()}
	} else if asked {
		return &exit.Error{Err: err, Hint: "nothing was sent; run again when it answers, or check its section of the config", Next: c.Invocation.Again(c.Invocation.Files...)}
	}
	if ctx.Err() != nil {
		return err
	}
	return exit.Usage(err, "", c.NextForSettings())
}

// Unsafe are the operations that must not be repeated if the API perhaps took them.
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

// BatchSize returns the most users that one call carries: as c says or, where c says
// nothing, as the API's description does. The engine's window grows with it.
func (conn *Connection) BatchSize(c *config.Config) int {
	asked, most := c.Pace.BatchSize, 1
	if own := conn.Client.Traits().Batch; own > 0 && !c.Given("batch_size") {
		asked = own
	}
	for _, op := range conn.Client.Traits().Ops {
		most = max(most, op.Max)
	}
	return min(asked, most)
}

// ScopeIn is where users of the feed are sent, as the journal and the ledger name it.
func (conn *Connection) ScopeIn(feed string) journal.Scope {
	return journal.Scope{Destination: conn.Scope.Destination, Host: conn.Scope.Host, BaseURL: conn.Scope.BaseURL, Account: conn.Scope.Account, Feed: feed}
}

// Close stops the sandbox, and leaves the limit that is shared. No call may be in flight.
func (conn *Connection) Close() error {
	if conn.Client != nil {
		conn.Client.CloseIdle()
	}
	var errs []error
	for _, close := range conn.limit {
		errs = append(errs, close())
	}
	if conn.Sandbox != nil {
		now, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		errs = append(errs, conn.Sandbox.Close(now))
	}
	return errors.Join(errs...)
}

// defaultRate, in calls per second, is for APIs that document no rate. It is low
// enough for any API.
const defaultRate = 10.0

// slowRate is how many calls per second any disk can sync.
const slowRate = 200

// PaceOptions say how fast to call an API with those traits: as c says, or as the API
// documents.
func PaceOptions(c *config.Config, t destination.Traits) pace.Options {
	o := pace.Options{Burst: c.Pace.Burst, MaxInFlight: mostWorkers(c), FindInFlight: c.Pace.Workers == 0, MaxWait: c.Pace.MaxWait, GiveUpAfter: c.Pace.GiveUpAfter}
	o.Until = c.Guards.End(time.Now())
	switch {
	case c.Pace.Rate.Given():
		o.PerSecond = c.Pace.Rate.PerSecond // 0 if unlimited
	case !c.Target.Sandbox:
		o.PerSecond = cmp.Or(float64(t.PerMinute)/60, defaultRate)
	}
	return o
}

// mostWorkers returns how many calls may be in flight, at most.
func mostWorkers(c *config.Config) int {
	switch rate := c.Pace.Rate; {
	case c.Pace.Workers > 0:
		return c.Pace.Workers
	case rate.Given() && rate.PerSecond == 0, !rate.Given() && c.Target.Sandbox:
		return pace.MostUnlimited
	}
	return pace.MostWorkers
}

// checkMode refuses a mode that the API has no call for.
func checkMode(mode user.Op, t destination.Traits) error {
	for _, op := range config.NeededFor(mode) {
		if _, ok := t.Ops[op]; !ok {
			return exit.Usage(fmt.Errorf("check mode %s: %s has no call to %s users", mode, t.Name, op), "choose another --mode", "usersync run --help")
		}
	}
	return nil
}
