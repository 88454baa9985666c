package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/sandbox"
)

// sandboxFlags are the flags of `usersync sandbox` as they were typed.
type sandboxFlags struct {
	api, listen, put, quotaHeaders string
	faults                         []string
	seed                           uint64
	quota                          int
	latency, jitter, tokenLifetime time.Duration
	mock                           connect.MockOptions
}

func sandboxCommand(e *env) *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a rehearsal of an API until ^C",
		Long: "sandbox serves a rehearsal of a user API (--api) in memory until ^C, with faults if asked for.\n" +
			"GET /_sandbox/state shows what it holds and how often each user was created.\n\nFaults:\n" + sandbox.Describe() +
			"\nBehind a fault, where it strikes:\n" + sandbox.DescribeWhere(),
		Example: "  usersync sandbox --fault 500:2.5%@after --fault 'refuse=422:1%' --seed 7",
		Args:    noArguments,
		RunE:    func(c *cobra.Command, _ []string) error { return serve(c, e, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.api, "api", "kard", "the `NAME` of the API that is rehearsed: "+strings.Join(connect.Mocks(), ", "))
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "the `ADDRESS` to listen on; port 0 takes a free one")
	flags.StringArrayVar(&f.faults, "fault", nil, "something that goes wrong, such as 500:2%@after; may be given several times")
	flags.Uint64Var(&f.seed, "seed", 0, "the seed of the faults: the same one gives the same faults")
	flags.IntVar(&f.quota, "quota", 0, "calls a minute; 0 is no quota")
	flags.StringVar(&f.quotaHeaders, "quota-headers", "", fmt.Sprintf("how callers are told of the quota: some of %v, with commas", sandbox.HeaderStyles()))
	flags.DurationVar(&f.latency, "latency", 0, "how long each call takes at least")
	flags.DurationVar(&f.jitter, "jitter", 0, "at most this much is added to the latency")
	flags.StringVar(&f.put, "put", string(sandbox.Merge), "kard: what an update does with attributes that it leaves out: merge, replace")
	flags.StringVar(&f.mock.Organization, "organization", "", "kard: the only organization `ID` that exists; any, if empty")
	flags.BoolVar(&f.mock.Auth, "auth", false, "ask for credentials; any will do")
	connect.AddMockFlags(&f.mock, flags)
	flags.DurationVar(&f.tokenLifetime, "token-lifetime", time.Hour, "how long a token is good")
	return cmd
}

func (f sandboxFlags) options() (connect.Mock, sandbox.Options, error) {
	o := sandbox.Options{
		Seed: f.seed, Organization: f.mock.Organization, Put: sandbox.Put(f.put), RequireAuth: f.mock.Auth,
		TokenLifetime: f.tokenLifetime, Latency: f.latency, Jitter: f.jitter, Quota: sandbox.Quota{PerMinute: f.quota},
	}
	mock, ok := connect.FindMock(f.api)
	if !ok {
		return mock, o, fmt.Errorf("there is no rehearsal of %q; there is one of %s", f.api, strings.Join(connect.Mocks(), ", "))
	}
	o.API = mock.API(f.mock)
	if f.quotaHeaders != "" {
		styles, err := sandbox.ParseHeaderStyles(f.quotaHeaders)
		if err != nil {
			return mock, o, err
		}
		o.Quota.Headers = styles
	}
	o, err := o.With(f.faults...)
	return mock, o, err
}

// serve runs the sandbox until the context of cmd ends. Its URL is data, on standard output;
// what it is and how to use it is talk.
func serve(cmd *cobra.Command, e *env, f sandboxFlags) error {
	ctx := cmd.Context()
	tuneGC(e.environment.Lookup, true)
	mock, o, err := f.options()
	if err != nil {
		return exit.Usage(fmt.Errorf("read flags: %w", err), "", "usersync sandbox --help")
	}
	s, err := sandbox.Start(o, f.listen)
	if err != nil {
		return exit.Usage(fmt.Errorf("start the sandbox: %w", err), "take another port, or 127.0.0.1:0 for a free one", "usersync sandbox --listen 127.0.0.1:0")
	}
	// That it cannot be told who listens is no reason not to listen.
	_ = e.note(cmd, fmt.Sprintf("%s\nput this into %s, and end with ^C:\n  %s", s.Banner(), config.DefaultFile, mock.Snippet(f.mock, s.URL())), "", "")
	_, err = fmt.Fprintln(e.stdout, s.URL())
	if err == nil {
		<-ctx.Done()
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	closed := s.Close(grace)
	if err != nil || ctx.Err() == nil {
		return err
	}
	_ = closed // calls that ^C cuts are what ^C is for
	return context.Cause(ctx)
}
