package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/pace"
	"usersync/sync/sandbox"
	"usersync/sync/user"
	"usersync/writer/report"
)

// connection is the way to an API: a client, its pace, and the sandbox if that
// is what it leads to.
type connection struct {
	client  client
	pace    *pace.Pace
	scope   report.Scope
	sandbox *sandbox.Running // nil if the API is a real one
	slow    bool             // so few calls a second that a sync of the journal for each costs nothing
}

// connect opens the API that c names. It sends no user.
func connect(ctx context.Context, c *config) (*connection, error) {
	if len(c.Target.All) > 1 {
		return nil, exit.Usage(fmt.Errorf("find the destination: %s are named, and this command takes one", exit.List(c.Target.All)), "say which with --to", "")
	}
	to, ok := destinations()[c.Target.To]
	if !ok {
		return nil, exit.Usage(errors.New("find the destination: none was named"),
			"write --to NAME, or to: NAME in the config; known are "+exit.List(destinationNames()), c.typed.rehearsed("kard"))
	}
	if c.Target.OnAbsent != "" && c.Target.OnAbsent != "delete" && c.Target.OnAbsent != to.instead {
		return nil, exit.Usage(fmt.Errorf("check on_absent: %s cannot %s users", c.Target.To, c.Target.OnAbsent), "leave --on-absent out, and a delete removes them", "usersync run --help")
	}
	conn := &connection{}
	if err := conn.rehearse(c, to); err != nil {
		return nil, err
	}
	var err error
	conn.client, conn.scope, err = to.open(ctx, c, func(status int, h http.Header) { conn.pace.Observe(status, h) })
	if err != nil {
		return nil, errors.Join(unopened(c, err), conn.close())
	}
	limits := paceOptions(c, conn.client.Traits())
	conn.pace, conn.slow = pace.New(limits), limits.PerSecond > 0 && limits.PerSecond <= slowest
	if err := checkMode(c.Target.Mode, conn.client.Traits()); err != nil {
		return nil, errors.Join(err, conn.close())
	}
	return conn, nil
}

// unopened is a destination whose settings are wrong, or that did not answer
// when it was asked what it can do.
func unopened(c *config, err error) error {
	err = fmt.Errorf("connect to %s: %w", c.Target.To, err)
	if call, asked := errors.AsType[*destination.CallError](err); asked && call.Fault == destination.Denied {
		return &exit.Error{Err: err, Hint: "nothing was sent; " + deniedHint(c), Next: c.mendSettings()}
	} else if asked {
		return &exit.Error{Err: err, Hint: "nothing was sent; run again when it answers, or check its section of the config", Next: c.typed.command(c.typed.verb, c.typed.files...)}
	}
	return exit.Usage(err, "", c.mendSettings())
}

// rehearse starts the sandbox, if that is what c asks for, and points c to it.
func (conn *connection) rehearse(c *config, to api) error {
	if !c.Target.Sandbox {
		return nil
	}
	options, err := c.rehearsal()
	if err != nil {
		return err
	}
	s, err := sandbox.Start(options, "127.0.0.1:0")
	if err != nil {
		return exit.Usage(fmt.Errorf("start the sandbox: %w", err), "", "")
	}
	conn.sandbox = s
	c.Network.Proxy, c.Target.BaseURL = "none", ""
	to.rehearse(c, s.URL())
	return nil
}

// unsafe are the calls that must not be made again when they were perhaps taken.
func (conn *connection) unsafe() []user.Op {
	var ops []user.Op
	for op, t := range conn.client.Traits().Ops {
		if t.Replay == destination.Unsafe {
			ops = append(ops, op)
		}
	}
	slices.Sort(ops)
	return ops
}

// batchSize is asked, or the most that any call takes: the engine's window grows
// with it.
func (conn *connection) batchSize(asked int) int {
	most := 1
	for _, op := range conn.client.Traits().Ops {
		most = max(most, op.Max)
	}
	return min(asked, most)
}

// close ends the sandbox. Its calls are over when it is called, or were cut.
func (conn *connection) close() error {
	if conn.client != nil {
		conn.client.CloseIdle()
	}
	if conn.sandbox == nil {
		return nil
	}
	now, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return conn.sandbox.Close(now)
}

// defaultRate is for APIs that document none: ten calls a second trouble
// nobody.
const defaultRate = 10.0

// slowest is how many calls a second a disk surely keeps up with.
const slowest = 200

func paceOptions(c *config, t destination.Traits) pace.Options {
	o := pace.Options{Burst: c.Pace.Burst, Wires: c.Pace.Workers, MaxWait: c.Pace.MaxWait, GiveUpAfter: c.Pace.GiveUpAfter}
	if c.Guards.MaxDuration > 0 {
		o.Until = time.Now().Add(c.Guards.MaxDuration)
	}
	switch {
	case c.Pace.Rate.given():
		o.PerSecond = c.Pace.Rate.perSecond // 0 if unlimited
	case !c.Target.Sandbox:
		o.PerSecond = cmp.Or(float64(t.PerMinute)/60, defaultRate)
	}
	return o
}

// checkMode refuses a mode for which the API has no call.
func checkMode(mode user.Op, t destination.Traits) error {
	needed := map[user.Op][]user.Op{
		user.Upsert: {user.Create, user.Update},
		mirror:      {user.Create, user.Update, user.Delete},
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

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
