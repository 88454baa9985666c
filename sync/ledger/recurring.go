package ledger

import (
	"context"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/recurring"
)

// RecurringRow is a row of the input that was refused or invalid the last time that a run
// met it.
type RecurringRow = recurring.Row

// MetRow is a row that may recur, as a run has met it.
type MetRow = recurring.Met

// Recurring is the rows of the scope that were refused or invalid in earlier runs. It is
// safe for concurrent use, and sees what was saved.
type Recurring struct{ l *Ledger }

// Recurring returns the Recurring of the ledger's scope and feed.
func (r Runs) Recurring() Recurring { return Recurring{r.l} }

// Few returns the rows of the feed, in the order of their ids, if they are at most n. Otherwise
// all is false, and it returns up to n of those without an id.
func (r Recurring) Few(ctx context.Context, n int) (rows []RecurringRow, all bool, err error) {
	rows, all, err = recurring.Few(ctx, r.l.entries.Scope, n)
	return rows, all, failed("look up recurring rejects in the ledger", err)
}

// EachID calls take with the id of each row of the feed that has one, in no order. The id of
// several rows comes several times.
func (r Recurring) EachID(ctx context.Context, take func(id string)) error {
	return failed("look up recurring rejects in the ledger", recurring.EachID(ctx, r.l.entries.Scope, take))
}

// Of returns the rows of ids, of the feed.
func (r Recurring) Of(ctx context.Context, ids []string) ([]RecurringRow, error) {
	rows, err := recurring.Of(ctx, r.l.entries.Scope, ids)
	return rows, failed("look up recurring rejects in the ledger", err)
}

// All returns the rows of the scope, of all feeds, in the order of their ids.
func (r Recurring) All(ctx context.Context) ([]RecurringRow, error) {
	rows, err := recurring.All(ctx, r.l.entries.Scope)
	return rows, failed("list recurring rejects in the ledger", err)
}

// NowParked counts the rows of a finished run that the API has refused again, in at least so
// many finished runs by now.
func (r Recurring) NowParked(ctx context.Context, run string, least int) (int, error) {
	n, err := recurring.NowParked(ctx, r.l.entries.Scope, run, least)
	return n, failed("count recurring rejects in the ledger", err)
}

// saveRecurring saves what a run has met up to a checkpoint. The last one of a run that has
// finished counts it.
func saveRecurring(t change.Writer, m Checkpoint, met []MetRow) error {
	if err := recurring.Record(t.Tx, m.Run, met); err != nil {
		return err
	}
	if m.State != RunFinished || !t.Recurring && len(met) == 0 {
		return nil
	}
	return recurring.Count(t.Tx, m.Run, m.At)
}

// forgetAbsorbed forgets the rows of users that an absorbed run may have changed after its
// last checkpoint: unless they were refused, they did not end the same in every run.
func forgetAbsorbed(t change.Writer, entries []Entry) error {
	ids := make([]string, 0, len(entries))
	for i := range entries {
		if !entries[i].IfHeld {
			ids = append(ids, entries[i].ID)
		}
	}
	return recurring.Forget(t.Tx, ids)
}
