package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/destination"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// earlier are runs of the account that did not end and are not continued, as far as
// the ledger tells of them.
type earlier struct {
	over map[string]*ledger.OverError // here, and the ledger knows that they are over
	runs []*history.Run               // the same runs
	// stored are runs of other places whose journals the ledger holds.
	stored []*history.Run
	history.Registered
}

// findEarlier finds the runs of the account that did not end: those whose journals can
// be read from here, moved to the ledger's last checkpoint, and what the ledger knows of
// others. Of one whose journal cannot be read from here, nor from the ledger, it is not
// known what it changed. It must be safe to send every user again then; otherwise it is an
// error.
func (b *beginning) findEarlier(ctx context.Context) ([]*history.Run, earlier, error) {
	var e earlier
	l, dir := b.lease.Ledger, b.Config.Output.RunsDir
	var err error
	if e.Registered, err = history.FindRegistered(ctx, l, dir, b.Config.Ledger.Feed); err != nil {
		return nil, e, exit.NothingSent(err)
	}
	all, err := history.Unfinished(dir, b.Scope(), b.Config.LedgerName(), e.Here...)
	if err != nil {
		return nil, e, err
	}
	for _, r := range all {
		if r.Running {
			return nil, e, &history.RunningError{Run: r.ID}
		}
	}
	over, left, err := history.Over(ctx, l, all)
	if err != nil {
		return nil, e, exit.NothingSent(err)
	}
	for _, r := range all {
		if over[r.ID] != nil {
			e.runs = append(e.runs, r)
		}
	}
	e.over = over
	if why := over[b.options.Resume]; why != nil {
		return nil, e, b.isOver(ctx, why)
	}
	if err := b.takeOver(ctx, &e); err != nil {
		return nil, e, exit.NothingSent(err)
	}
	for _, r := range slices.Concat(left, e.stored) {
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return nil, e, err
		}
	}
	return left, e, b.checkElsewhere(e.Elsewhere)
}

// takeOver reads from the ledger what runs of other places have done last.
func (b *beginning) takeOver(ctx context.Context, e *earlier) error {
	var unknown []ledger.Run
	for _, run := range e.Elsewhere {
		r, err := history.TakeOver(ctx, b.lease.Ledger, run, b.Config.Ledger.Feed)
		switch {
		case err != nil:
			return err
		case r == nil:
			unknown = append(unknown, run)
		case !r.Journal.Begun:
			e.Settled = append(e.Settled, run.Name)
		default:
			e.stored = append(e.stored, r)
		}
	}
	e.Elsewhere = unknown
	return nil
}

// isOver is the error for a run to resume that the ledger knows to be over. It says where
// the run is that has absorbed it.
func (b *beginning) isOver(ctx context.Context, why *ledger.OverError) error {
	err := exit.NothingSent(fmt.Errorf("resume run %s: %w", why.Run, why))
	again := b.Config.Invocation.Again(b.Paths...)
	if why.By == "" {
		return exit.Usage(err, "start a new run: it sends every user again", again)
	}
	known, failed := b.lease.Ledger.Runs().Find(ctx, why.By)
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
func (b *beginning) checkElsewhere(runs []ledger.Run) error {
	for _, r := range runs {
		if b.options.Plan == nil && b.Config.Target.Mode == user.Upsert && b.replays() && r.Replay {
			continue
		}
		return &exit.Error{Err: &history.ElsewhereError{Run: r}, Code: exit.Guard,
			Hint: "resume it there; or give it up, if it is certainly no longer working; the next run then sends every user again",
			Next: b.Config.LedgerCommand("abandon", r.Name)}
	}
	return nil
}

// replays reports whether the calls of the mode are safe to repeat. A create is not
// among them: the ledger knows, before the call, of one that must not be made twice.
func (b *beginning) replays() bool {
	ops := b.Conn.Client.Traits().Ops
	for _, op := range map[user.Op][]user.Op{
		user.Upsert: {user.Update}, user.Update: {user.Update}, user.Delete: {user.Delete}, config.Mirror: {user.Update, user.Delete},
	}[b.Config.Target.Mode] {
		if ops[op].Replay != destination.Safe {
			return false
		}
	}
	return true
}

// register tells the ledger, if there is one, that a run starts or continues, before its
// first call. Earlier parts of the run have written the records up to the given one. It
// returns the run's place in the order of runs.
func (b *beginning) register(ctx context.Context, run string, written int) (order int64, err error) {
	if b.lease.Ledger == nil {
		return 0, nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "" // it is for people
	}
	dir, err := filepath.Abs(b.Config.Output.RunsDir)
	if err != nil {
		return 0, err
	}
	order, err = b.lease.Ledger.Runs().Register(ctx, ledger.Run{
		Name: run, Host: host, Dir: dir, Replay: b.replays(), Settings: b.Config.RunDigest(), Started: b.started,
	}, written)
	if err != nil {
		return 0, exit.NothingSent(err)
	}
	return order, nil
}

func (b *beginning) withdraw(ctx context.Context, run string) error {
	if b.lease.Ledger == nil {
		return nil
	}
	return b.lease.Ledger.Runs().Withdraw(context.WithoutCancel(ctx), run)
}

// settle ends the earlier runs that are over by what the ledger knows, and has the
// ledger trust nothing that a run of another place may have changed.
func (b *beginning) settle(ctx context.Context, e earlier, by string) error {
	for _, r := range e.runs {
		if err := r.Absorb(ctx, nil, e.over[r.ID].By); err != nil {
			return err
		}
		b.options.Log.Always("let go of run "+r.ID, zap.String("reason", e.over[r.ID].Error()))
	}
	for _, run := range e.Settled {
		if err := b.lease.Ledger.Runs().Absorb(ctx, ledger.Checkpoint{Run: run}, nil, by); err != nil {
			return exit.NothingSent(err)
		}
	}
	var names []string
	for _, r := range e.Elsewhere {
		names = append(names, r.Name)
		b.options.Log.Always("run "+r.Name+" is unfinished, and what it did last cannot be read from here: every user is sent again, as with --full",
			zap.String("its_journal", history.Place(r)))
	}
	if len(names) == 0 {
		return nil
	}
	if err := b.lease.Ledger.Runs().Distrust(ctx, names, by); err != nil {
		return exit.NothingSent(err)
	}
	return nil
}

// waiting logs which run it waits for.
func (b *beginning) waiting(h ledger.Holder) {
	b.options.Log.Always("waiting for the lease on the account to end, unless its holder renews it",
		zap.String("held_by", h.Run), zap.String("host", h.Host), zap.Int("process", h.PID))
}
