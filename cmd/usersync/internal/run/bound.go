package run

import (
	"context"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/plan"
)

// NotApplied is a plan of which nothing was sent; replan is the command that makes a
// new one.
func PlanRefused(err error, replan string) error {
	return exit.Usage(exit.NothingSent(err), "make a new plan, and look at it", replan)
}

// checkTwice refuses an input that is to be read twice and cannot be.
func (o Options) checkTwice(c *config.Config, paths []string) error {
	if o.Plan != nil && !input.Repeatable(paths) {
		return exit.Usage(exit.NothingSent(errors.New("apply: the input is read twice, and this one can be read one time only")), "write it into a file first", "usersync apply --help")
	}
	if o.Plan != nil || o.Retried.Run != "" {
		return nil
	}
	return preview.CheckAhead(c, "run", paths)
}

// checkBound finds out whether all that a plan is bound to is as it was, but for
// the ledger. It reads the input to its end. Without a plan it does nothing.
func checkBound(ctx context.Context, p *plan.Plan, s *preview.Setup) error {
	if p == nil {
		return nil
	}
	d, err := input.DigestOf(ctx, s.Config, s.Paths)
	if err != nil {
		return fmt.Errorf("apply plan %s: %w; nothing was sent", p.Path, err)
	}
	p.Bind(d.Fingerprints)
	if what := changedSince(p.Header, s, d); what != "" {
		return stale(p, s, what)
	}
	return nil
}

// unlike says what is not as it was when the plan was made; empty if all is.
func changedSince(h plan.Header, s *preview.Setup, d input.Digest) string {
	switch {
	case h.InputBytes != d.Bytes:
		return fmt.Sprintf("the input was changed: it has %d bytes now, and had %d", d.Bytes, h.InputBytes)
	case h.InputSHA256 != d.SHA256:
		return "the input was changed: it has as many bytes as before, and others"
	case !sameScope(h, s.Scope(), s.Config.Target.Sandbox):
		return "it was made for another account, host or feed"
	case h.ConfigSHA256 != s.Config.RunDigest():
		return "the settings were changed"
	case h.MappingSHA256 != s.Config.MappingDigest():
		return "the mapping of columns was changed"
	case h.Ledger.Kept != (s.Config.Ledger.URL != config.NoLedger):
		return "it was made with a ledger, and now there is none, or the other way round"
	}
	return ""
}

// sameScope does not compare the host of a sandbox, which is another one each time.
func sameScope(h plan.Header, now journal.Scope, sandbox bool) bool {
	was := h.Scope
	if h.Sandbox && sandbox {
		was.Host = now.Host
	}
	return was == now && h.Sandbox == sandbox
}

// checkLedger finds out whether the ledger is as it was when the plan was made.
// What unfinished runs have to tell would still change it.
func checkLedger(ctx context.Context, p *plan.Plan, s *preview.Setup, l *ledger.Ledger, left []*history.Run) error {
	if p == nil {
		return nil
	}
	left, err := history.WithNews(ctx, l, left)
	if err != nil {
		return exit.NothingSent(err)
	}
	if len(left) > 0 {
		return exit.Usage(exit.NothingSent(p.Fault("run %s of this account is not over, and what it did is not in the ledger", left[0].ID)),
			"go on with it, and make a new plan then", exit.CommandLine("resume", left[0].Path()))
	}
	if l == nil {
		return nil
	}
	now, err := l.Generation(ctx)
	if err != nil {
		return exit.NothingSent(err)
	}
	if now != p.Header.Ledger.Generation {
		return stale(p, s, "the ledger was changed: a run was made since, or this plan was applied already")
	}
	return nil
}

// stale is a plan that does not hold any more.
func stale(p *plan.Plan, s *preview.Setup, what string) error {
	again := s.Config.Invocation.With(config.Flag{Name: "out", Value: p.Path}).Command("plan", s.Paths...)
	return PlanRefused(p.Fault("%s", what), again)
}
