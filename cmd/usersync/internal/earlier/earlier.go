// Package earlier finds the runs of an account that did not end, and ends those that no one
// continues, before another one begins.
//
// It sends nothing. Start at Account.Find.
package earlier

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/destination"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Account is an account whose lease is held, and the run that is about to begin in it.
type Account struct {
	*preview.Setup
	Ledger  *ledger.Ledger // nil without one
	Resume  string         // the run that is to be resumed, if one was asked for
	Planned bool           // a plan is applied
	Say     func(what string, facts ...zap.Field)
}

// Runs are runs of an account that did not end.
type Runs struct {
	Left   []*history.Run // those that can be continued from here
	Stored []*history.Run // of other places, whose journals the ledger holds

	over map[string]*ledger.OverError // here, and the ledger knows that they are over
	runs []*history.Run               // the same runs
	history.Registered
}

// Find finds the runs of the account that did not end: those whose journals can
// be read from here, moved to the ledger's last checkpoint, and what the ledger knows of
// others. Of one whose journal cannot be read from here, nor from the ledger, it is not
// known what it changed. It must be safe to send every user again then; otherwise it is an
// error.
func (a Account) Find(ctx context.Context) (Runs, error) {
	var e Runs
	l, dir := a.Ledger, a.Config.Output.RunsDir
	var err error
	if e.Registered, err = history.FindRegistered(ctx, l, dir, a.Config.Ledger.Feed); err != nil {
		return e, exit.NothingSent(err)
	}
	all, err := history.Unfinished(dir, a.Scope(), a.Config.LedgerName(), e.Here...)
	if err != nil {
		return e, err
	}
	if err := a.split(ctx, &e, all); err != nil {
		return e, err
	}
	if err := a.takeOver(ctx, &e); err != nil {
		return e, exit.NothingSent(err)
	}
	for _, r := range slices.Concat(e.Left, e.Stored) {
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return e, err
		}
	}
	return e, a.checkElsewhere(e.Elsewhere)
}

// split parts all runs that did not end here into those that the ledger knows to be over, and those
// that are left. Neither the run to resume may be over, nor any of them running.
func (a Account) split(ctx context.Context, e *Runs, all []*history.Run) (err error) {
	for _, r := range all {
		if r.Running {
			return &history.RunningError{Run: r.ID}
		}
	}
	if e.over, e.Left, err = history.Over(ctx, a.Ledger, all); err != nil {
		return exit.NothingSent(err)
	}
	for _, r := range all {
		if e.over[r.ID] != nil {
			e.runs = append(e.runs, r)
		}
	}
	if why := e.over[a.Resume]; why != nil {
		return a.isOver(ctx, why)
	}
	return nil
}

// takeOver reads from the ledger what runs of other places have done last.
func (a Account) takeOver(ctx context.Context, e *Runs) error {
	var unknown []ledger.Run
	for _, run := range e.Elsewhere {
		r, err := history.TakeOver(ctx, a.Ledger, run, a.Config.Ledger.Feed)
		switch {
		case err != nil:
			return err
		case r == nil:
			unknown = append(unknown, run)
		case !r.Journal.Begun:
			e.Settled = append(e.Settled, run.Name)
		default:
			e.Stored = append(e.Stored, r)
		}
	}
	e.Elsewhere = unknown
	return nil
}

// isOver is the error for a run to resume that the ledger knows to be over. It says where
// the run is that has absorbed it.
func (a Account) isOver(ctx context.Context, why *ledger.OverError) error {
	err := exit.NothingSent(fmt.Errorf("resume run %s: %w", why.Run, why))
	again := a.Config.Invocation.Again(a.Paths...)
	switch {
	case why.By == "" && why.State == ledger.RunAbandoned:
		return exit.Usage(err, "start a new run: it sends every user again", again)
	case why.By == "": // what its shards did is merged
		return exit.Usage(err, "a new run sends what is still missing", again)
	}
	known, failed := a.Ledger.Runs().Find(ctx, why.By)
	by, found := known[why.By]
	if failed != nil || !found {
		return exit.Usage(err, "run "+why.By+" continued its work; a new run sends what is still missing", again)
	}
	hint := "run " + why.By + " continued its work: it is on " + history.Place(by) + "; a new run sends what is still missing"
	if dir := filepath.Join(by.Dir, by.Name); history.IsDir(dir) {
		return exit.Usage(err, hint, exit.CommandLine("verify", dir))
	}
	return exit.Usage(err, hint, again)
}

// checkElsewhere refuses to begin while a run of another place did not end, unless it is
// safe to send every user once more.
func (a Account) checkElsewhere(runs []ledger.Run) error {
	for _, r := range runs {
		if !a.Planned && a.Config.Target.Mode == user.Upsert && a.Replays() && r.Replay {
			continue
		}
		return &exit.Error{Err: &history.ElsewhereError{Run: r}, Code: exit.Guard,
			Hint: "resume it there; or give it up, if it is certainly no longer working; the next run then sends every user again",
			Next: a.Config.LedgerCommand("abandon", r.Name)}
	}
	return nil
}

// Replays reports whether the calls of the mode are safe to repeat. A create is not
// among them: the ledger knows, before the call, of one that must not be made twice.
func (a Account) Replays() bool {
	ops := a.Conn.Client.Traits().Ops
	for _, op := range map[user.Op][]user.Op{
		user.Upsert: {user.Update}, user.Update: {user.Update}, user.Delete: {user.Delete}, config.Mirror: {user.Update, user.Delete},
	}[a.Config.Target.Mode] {
		if ops[op].Replay != destination.Safe {
			return false
		}
	}
	return true
}

// End ends the runs that are not continued: left are absorbed by the run with the name by, and the
// others are settled.
func (a Account) End(ctx context.Context, left []*history.Run, e Runs, by string) error {
	if err := a.absorb(ctx, left, by); err != nil {
		return err
	}
	if err := a.settle(ctx, e, by); err != nil {
		return err
	}
	return a.Ledger.Stored().Forget(ctx)
}

func (a Account) absorb(ctx context.Context, left []*history.Run, by string) error {
	for _, r := range left {
		if err := r.Absorb(ctx, a.Ledger, by); err != nil {
			return err
		}
		a.Say("absorbed run "+r.ID, zap.Int("behind_record", r.Journal.Checkpoint.Record))
	}
	return nil
}

// settle ends the runs that are over by what the ledger knows, and has the
// ledger trust nothing that a run of another place may have changed.
func (a Account) settle(ctx context.Context, e Runs, by string) error {
	for _, r := range e.runs {
		if err := r.Absorb(ctx, nil, e.over[r.ID].By); err != nil {
			return err
		}
		a.Say("let go of run "+r.ID, zap.String("reason", e.over[r.ID].Error()))
	}
	for _, run := range e.Settled {
		if err := a.Ledger.Runs().Absorb(ctx, ledger.Checkpoint{Run: run}, nil, by); err != nil {
			return exit.NothingSent(err)
		}
	}
	var names []string
	for _, r := range e.Elsewhere {
		names = append(names, r.Name)
		a.Say("run "+r.Name+" is unfinished, and what it did last cannot be read from here: every user is sent again, as with --full",
			zap.String("its_journal", history.Place(r)))
	}
	if len(names) == 0 {
		return nil
	}
	if err := a.Ledger.Runs().Distrust(ctx, names, by); err != nil {
		return exit.NothingSent(err)
	}
	return nil
}
