package main

import (
	"context"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/plan"
)

// notApplied is a plan of which nothing was sent; replan is the command that makes a
// new one.
func notApplied(err error, replan string) error {
	return exit.Usage(exit.NothingSent(err), "make a new plan, and look at it", replan)
}

// checkTwice refuses an input that is to be read twice and cannot be.
func (j *job) checkTwice() error {
	if j.applied != nil && !canReadTwice(j.paths) {
		return exit.Usage(exit.NothingSent(errors.New("apply: the input is read twice, and this one can be read one time only")), "write it into a file first", "usersync apply --help")
	}
	if j.applied != nil || j.retried.Run != "" {
		return nil
	}
	return checkAhead(j.config, "run", j.paths)
}

// checkBound finds out whether all that a plan is bound to is as it was, but for
// the ledger. It reads the input to its end.
func (j *job) checkBound(ctx context.Context) error {
	p := j.applied
	if p == nil {
		return nil
	}
	d, err := digestOf(ctx, j.config, j.paths)
	if err != nil {
		return fmt.Errorf("apply plan %s: %w; nothing was sent", p.Path, err)
	}
	p.Bind(d.prints)
	if what := j.unlike(d); what != "" {
		return j.stale(what)
	}
	return nil
}

// unlike says what is not as it was when the plan was made; empty if all is.
func (j *job) unlike(d inputDigest) string {
	h := j.applied.Header
	switch {
	case h.InputBytes != d.bytes:
		return fmt.Sprintf("the input was changed: it has %d bytes now, and had %d", d.bytes, h.InputBytes)
	case h.InputSHA256 != d.sha256:
		return "the input was changed: it has as many bytes as before, and others"
	case !sameScope(h, j.scope(), j.config.Target.Sandbox):
		return "it was made for another account, host or feed"
	case h.ConfigSHA256 != j.config.RunDigest():
		return "the settings were changed"
	case h.MappingSHA256 != j.config.MappingDigest():
		return "the mapping of columns was changed"
	case h.Ledger.Kept != (j.config.Ledger.URL != config.NoLedger):
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
// What others left behind would still change it.
func (j *job) checkLedger(ctx context.Context, left []*history.Run) error {
	p := j.applied
	if p == nil {
		return nil
	}
	left, err := unknownTo(ctx, j.past.Ledger, left)
	if err != nil {
		return exit.NothingSent(err)
	}
	if len(left) > 0 {
		return exit.Usage(exit.NothingSent(p.Fault("run %s of this account is not over, and what it did is not in the ledger", left[0].ID)),
			"go on with it, and make a new plan then", exit.CommandLine("resume", left[0].Path()))
	}
	if j.past.Ledger == nil {
		return nil
	}
	now, err := j.past.Ledger.Generation(ctx)
	if err != nil {
		return exit.NothingSent(err)
	}
	if now != p.Header.Ledger.Generation {
		return j.stale("the ledger was changed: a run was made since, or this plan was applied already")
	}
	return nil
}

// stale is a plan that does not hold any more.
func (j *job) stale(what string) error {
	p := j.applied
	return notApplied(p.Fault("%s", what), j.config.Invocation.Command("plan", append([]string{"--out", p.Path}, j.paths...)...))
}
