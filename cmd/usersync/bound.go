package main

import (
	"context"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
)

// notApplied is a plan of which nothing was sent.
func notApplied(err error) error {
	next := ""
	if e, ok := errors.AsType[*planError](err); ok && e.replan != "" {
		next = e.replan
	}
	return exit.Usage(exit.NothingSent(err), "make a new plan, and look at it", next)
}

// checkTwice refuses an input that is to be read twice and cannot be.
func (j *job) checkTwice() error {
	if j.applied != nil && !canReadTwice(j.paths) {
		return exit.Usage(exit.NothingSent(errors.New("apply: the input is read twice, and this one can be read one time only")), "write it into a file first", "usersync apply --help")
	}
	if j.applied != nil || j.retried.run != "" {
		return nil
	}
	return j.config.checkAhead("run", j.paths)
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
		return fmt.Errorf("apply plan %s: %w; nothing was sent", p.path, err)
	}
	p.key = d.prints
	if what := j.unlike(d); what != "" {
		return notApplied(p.stale(j, "%s", what))
	}
	return nil
}

// unlike says what is not as it was when the plan was made; empty if all is.
func (j *job) unlike(d inputDigest) string {
	h := j.applied.header
	switch {
	case h.InputBytes != d.bytes:
		return fmt.Sprintf("the input was changed: it has %d bytes now, and had %d", d.bytes, h.InputBytes)
	case h.InputSHA256 != d.sha256:
		return "the input was changed: it has as many bytes as before, and others"
	case !sameScope(h, j.scope(), j.config.Target.Sandbox):
		return "it was made for another account, host or feed"
	case h.ConfigSHA256 != j.config.planDigest():
		return "the settings were changed"
	case h.MappingSHA256 != j.config.mappingDigest():
		return "the mapping of columns was changed"
	case h.Ledger.Kept != (j.config.Ledger.URL != noLedger):
		return "it was made with a ledger, and now there is none, or the other way round"
	}
	return ""
}

// sameScope does not compare the host of a sandbox, which is another one each time.
func sameScope(h planHeader, now journal.Scope, sandbox bool) bool {
	was := h.Scope
	if h.Sandbox && sandbox {
		was.Host = now.Host
	}
	return was == now && h.Sandbox == sandbox
}

// checkLedger finds out whether the ledger is as it was when the plan was made.
// What others left behind would still change it.
func (j *job) checkLedger(ctx context.Context, left []earlier) error {
	p := j.applied
	if p == nil {
		return nil
	}
	left, err := unknownTo(ctx, j.past.ledger, left)
	if err != nil {
		return exit.NothingSent(err)
	}
	if len(left) > 0 {
		return exit.Usage(exit.NothingSent(p.fault("run %s of this account is not over, and what it did is not in the ledger", left[0].id)),
			"go on with it, and make a new plan then", exit.CommandLine("resume", runName{j.config.Output.RunsDir, left[0].id}.path()))
	}
	if j.past.ledger == nil {
		return nil
	}
	now, err := j.past.ledger.Generation(ctx)
	if err != nil {
		return exit.NothingSent(err)
	}
	if now != p.header.Ledger.Generation {
		return notApplied(p.stale(j, "the ledger was changed: a run was made since, or this plan was applied already"))
	}
	return nil
}

// stale is a plan that does not hold any more.
func (p *plan) stale(j *job, format string, args ...any) error {
	return &planError{path: p.path, what: fmt.Sprintf(format, args...), replan: j.config.typed.command("plan", append([]string{"--out", p.path}, j.paths...)...)}
}
