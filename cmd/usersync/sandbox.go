package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/help"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/sandbox"
)

// sandboxFlags are the flags of `usersync sandbox`.
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
		Short: "Serve a mock API until ^C",
		Long: "sandbox serves a mock of a user API (--api), in memory, until ^C. --fault makes it\n" +
			"misbehave. GET /_sandbox/state shows what it holds and how often each user was created.",
		Annotations: map[string]string{help.Afterwards: "Faults:\n" + sandbox.Describe() + "\nAfter a fault, where it applies:\n" + sandbox.DescribeWhere()},
		Example:     "  usersync sandbox --fault 500:2.5%@after --fault 'refuse=422:1%' --seed 7",
		Args:        noArguments,
		RunE:        func(c *cobra.Command, _ []string) error { return serve(c, e, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.api, "api", "kard", "`NAME` of the API to mock: "+strings.Join(connect.Mocks(), ", "))
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "`ADDRESS` to listen on; port 0 picks a free port")
	flags.StringArrayVar(&f.faults, "fault", nil, "a `FAULT`, such as 500:2%@after; can be repeated")
	flags.Uint64Var(&f.seed, "seed", 0, "`SEED` of the faults: the same seed gives the same faults")
	flags.IntVar(&f.quota, "quota", 0, "at most `N` calls per minute; 0 means no quota")
	flags.StringVar(&f.quotaHeaders, "quota-headers", "", fmt.Sprintf("`LIST` of headers that tell callers of the quota, separated by commas: %v", sandbox.HeaderStyles()))
	flags.DurationVar(&f.latency, "latency", 0, "minimum `TIME` of a call")
	flags.DurationVar(&f.jitter, "jitter", 0, "random extra latency, up to this `TIME`")
	flags.StringVar(&f.put, "put", string(sandbox.Merge), "`WHAT` an update does with attributes it leaves out: merge, replace")
	flags.StringVar(&f.mock.Organization, "organization", "", "the only organization `ID` that exists; empty means any")
	flags.BoolVar(&f.mock.Auth, "auth", false, "require credentials; any are accepted")
	connect.AddMockFlags(&f.mock, flags)
	flags.DurationVar(&f.tokenLifetime, "token-lifetime", time.Hour, "`TIME` that a token is valid")
	help.InGroup(flags, "Faults", "fault", "seed", "latency", "jitter", "token-lifetime")
	help.InGroup(flags, "Quota", "quota", "quota-headers")
	help.InGroup(flags, "With --api kard", "put", "organization")
	return cmd
}

func (f sandboxFlags) options() (connect.Mock, sandbox.Options, error) {
	o := sandbox.Options{
		Seed: f.seed, Organization: f.mock.Organization, Put: sandbox.Put(f.put), RequireAuth: f.mock.Auth,
		TokenLifetime: f.tokenLifetime, Latency: f.latency, Jitter: f.jitter, Quota: sandbox.Quota{PerMinute: f.quota},
	}
	mock, ok := connect.FindMock(f.api)
	if !ok {
		return mock, o, fmt.Errorf("there is no mock of %q; there are mocks of %s", f.api, strings.Join(connect.Mocks(), ", "))
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

// serve runs the sandbox until the context of cmd ends. Only its URL goes to standard
// output.
func serve(cmd *cobra.Command, e *env, f sandboxFlags) error {
	ctx := cmd.Context()
	mock, o, err := f.options()
	if err != nil {
		return exit.Usage(fmt.Errorf("read flags: %w", err), "", "usersync sandbox --help")
	}
	s, err := sandbox.Start(o, f.listen)
	if err != nil {
		return exit.Usage(fmt.Errorf("start the sandbox: %w", err), "use another port, or 127.0.0.1:0 for a free one", "usersync sandbox --listen 127.0.0.1:0")
	}
	_ = e.note(cmd, fmt.Sprintf("%s\nput this in %s; stop with ^C:\n  %s", s.Banner(), setting.DefaultFile, mock.Snippet(f.mock, s.URL())), "", "") // the sandbox works without it
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
	_ = closed // ^C is meant to cut calls
	return context.Cause(ctx)
}
