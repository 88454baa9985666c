package run

import (
	"context"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/shards"
	"usersync/sync/engine"
	"usersync/sync/guard"
	"usersync/writer/report"
)

// ask reads what the shards have told, all of which are done.
func (m *merging) ask(ctx context.Context) (err error) {
	m.shard.told, err = shards.Ask(ctx, m.others())
	return err
}

// checkTotals checks what all shards have counted, which no longer changes: each of them has
// checked what others had told it until then.
func (m *merging) checkTotals() error {
	limit, told := m.Config.Guards.MaxErrors, &m.shard.told
	errs := engine.MaxErrors{Count: limit.Count, Percent: limit.Percent, After: preview.ErrorsAfter,
		Others: func() (settled, bad int) { return told.Settled, told.Bad }}
	err := errors.Join(engine.CheckDeletes(told.Deletes, m.Config.Guards.AbsentOK), errs.Check())
	tripped, stops := errors.AsType[*guard.Error](err)
	if !stops {
		return err
	}
	return &exit.Error{Err: fmt.Errorf("merge run %s: %w; nothing has been deleted or merged since", m.shard.joined.Run, err), Code: exit.Guard,
		Hint: tripped.Hint, Next: m.Config.Invocation.Again(m.Paths...)}
}

// reopen reads the input from its beginning again. Another file may be in its place by now,
// which no shard has sent: what it does not list is not missing from the input of the run.
func (m *merging) reopen(ctx context.Context) error {
	if err := m.Reopen(ctx); err != nil {
		return err
	}
	now, err := m.job()
	if err != nil || now.Identity[theInput] == m.shard.job.Identity[theInput] {
		return err
	}
	return &exit.Error{
		Err:  fmt.Errorf("merge run %s: the input was replaced while its shards sent it; nothing has been deleted or merged since", m.shard.joined.Run),
		Code: exit.Guard, Hint: "put the input of the run back, with its modification time, and start the same command again", Next: m.Config.Invocation.Again(m.Paths...),
	}
}

// mirror deletes the users that are missing from the input of a mirror, as the shard that comes
// after all others: it reads the whole input, and has results and a journal of its own. It
// returns the run that does so; nil in other modes.
func (m *merging) mirror(ctx context.Context) (*Run, report.Summary, error) {
	if m.Config.Target.Mode != config.Mirror {
		return nil, report.Summary{}, nil
	}
	if err := m.reopen(ctx); err != nil {
		return nil, report.Summary{}, err
	}
	if err := m.compareIDs(ctx); err != nil {
		return nil, report.Summary{}, err
	}
	at, err := m.continueShard(ctx)
	if err == nil {
		at.parking, err = m.Parking(context.WithoutCancel(ctx), m.lease.Ledger, m.started)
	}
	if err != nil {
		return nil, report.Summary{}, err
	}
	r := newRun(m.beginning, at)
	s, err := r.Send(ctx)
	if err != nil {
		return r, s, err
	}
	own := r.Shard().soFar()
	own.Calls, own.Noted = s.Calls, r.checkpointer.Noted()
	m.shard.told.Add(own)
	return r, s, at.release(false)
}
