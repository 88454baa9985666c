// Package apply decides whether a plan may be applied: everything that it is bound to, the input,
// the settings, the mapping, the account and the ledger, must be as it was when it was made.
//
// It sends nothing. Start at CheckInput.
package apply

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

// Refused says that nothing of a plan was sent, and why; replan is the command that
// makes a new plan.
func Refused(err error, replan string) error {
	return exit.Usage(exit.NothingSent(err), "make a new plan and review it", replan)
}

// Reopen opens the plan that an earlier part of a run applied; nil without one.
func Reopen(h journal.Header) (*plan.Plan, error) {
	if h.Plan == nil {
		return nil, nil
	}
	p, err := plan.Open(h.Plan.Path)
	if err != nil {
		return nil, Refused(err, "")
	}
	p.ApprovedBy = h.Plan.ApprovedBy
	if p.SHA256 != h.Plan.SHA256 {
		return nil, errors.Join(Refused(p.Fault("it is not the plan that the run started with"), ""), p.Close())
	}
	return p, nil
}

// InJournal is the plan in the form of the journal; nil without one.
func InJournal(p *plan.Plan) *journal.Plan {
	if p == nil {
		return nil
	}
	return &journal.Plan{Path: p.Path, SHA256: p.SHA256, ApprovedBy: p.ApprovedBy}
}

// CheckTwice refuses an input that can be read only once: apply reads it twice.
func CheckTwice(paths []string) error {
	if input.Repeatable(paths) {
		return nil
	}
	return exit.Usage(exit.NothingSent(errors.New("apply: the input must be read twice, and this input can be read only once")), "write it to a file first", "usersync apply --help")
}

// CheckAddress refuses a plan that was made for another account or base URL than now. It makes
// no call; paths are those of the input.
func CheckAddress(p *plan.Plan, now journal.Scope, c *config.Config, paths []string) error {
	if p == nil || p.Header.Sandbox || p.Header.Scope.BaseURL == "" || p.Header.Scope.Same(now) {
		return nil
	}
	return Refused(p.Fault("%s", otherScope), replan(p, c, paths))
}

// CheckInput checks that everything a plan is bound to, except the ledger, is unchanged.
// It reads the whole input. Without a plan it does nothing.
func CheckInput(ctx context.Context, p *plan.Plan, s *preview.Setup) error {
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

const otherScope = "it was made for another account, base URL or feed"

// changedSince says what has changed since the plan was made; empty if nothing has.
func changedSince(h plan.Header, s *preview.Setup, d input.Digest) string {
	switch {
	case h.InputBytes != d.Bytes:
		return fmt.Sprintf("the input has changed: it now has %d bytes, and had %d", d.Bytes, h.InputBytes)
	case h.InputSHA256 != d.SHA256:
		return "the input has changed: it has the same length, but different content"
	case h.Scope.BaseURL == "":
		return "it was made by an earlier version, which did not store the address of the API"
	case !sameScope(h, s.Scope(), s.Config.Target.Sandbox):
		return otherScope
	case h.ConfigSHA256 != s.Config.RunDigest():
		return "the settings have changed"
	case h.MappingSHA256 != s.Config.MappingDigest():
		return "the mapping of columns has changed"
	case h.Ledger.Kept != (s.Config.Ledger.URL != config.NoLedger):
		return "it was made with a ledger and now there is none, or the other way around"
	}
	return ""
}

// sameScope does not compare the host of a sandbox, which differs each time.
func sameScope(h plan.Header, now journal.Scope, sandbox bool) bool {
	was := h.Scope
	if h.Sandbox && sandbox {
		was.Host, was.BaseURL = now.Host, now.BaseURL
	}
	return was == now && h.Sandbox == sandbox
}

// CheckLedger checks that the ledger has not changed since the plan was made. Unfinished
// runs that did something it does not know would still change it.
func CheckLedger(ctx context.Context, p *plan.Plan, s *preview.Setup, l *ledger.Ledger, left []*history.Run) error {
	if p == nil {
		return nil
	}
	left, err := history.WithNews(ctx, l, left)
	if err != nil {
		return exit.NothingSent(err)
	}
	if len(left) > 0 {
		return exit.Usage(exit.NothingSent(p.Fault("run %s of this account is unfinished, and what it did is not in the ledger", left[0].ID)),
			"continue it, then make a new plan", exit.CommandLine("resume", left[0].Path()))
	}
	if l == nil {
		return nil
	}
	now, err := l.Generation(ctx)
	if err != nil {
		return exit.NothingSent(err)
	}
	if now != p.Header.Ledger.Generation {
		return stale(p, s, "the ledger has changed: there was another run since, or this plan was applied already")
	}
	return nil
}

// stale is the error for a plan that is no longer valid.
func stale(p *plan.Plan, s *preview.Setup, what string) error {
	return Refused(p.Fault("%s", what), replan(p, s.Config, s.Paths))
}

// replan is the command that makes the plan again, under the same name.
func replan(p *plan.Plan, c *config.Config, paths []string) string {
	return c.Invocation.With(config.Flag{Name: "out", Value: p.Path}).Command("plan", paths...)
}
