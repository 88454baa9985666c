package erasure

import (
	"bytes"
	"context"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer"
)

// checkStored makes sure that the ledger, which may be nil, stores nothing of a user in files
// of runs: it removes those of runs that are over, and fails with a *BlockedError if one of a
// run that is not, and whose files are not here, holds the id.
func checkStored(ctx context.Context, l *ledger.Ledger, here map[string]bool, id string) error {
	if l == nil || !l.Stored().Kept() {
		return nil
	}
	if err := l.Stored().Forget(ctx); err != nil {
		return err
	}
	runs, err := l.Stored().Runs(ctx)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if here[run] { // its files are searched
			continue
		}
		if holds, err := storedHolds(ctx, l, run, id); err != nil || holds {
			blocking := &history.Run{ID: ledger.MainRun(run), Stored: true}
			if err == nil {
				err = &BlockedError{Runs: []*history.Run{blocking}}
			}
			return err
		}
	}
	return nil
}

// storedHolds reports whether the stored files of a run hold an id.
func storedHolds(ctx context.Context, l *ledger.Ledger, run, id string) (bool, error) {
	var notes, results bytes.Buffer
	size, _, err := l.Stored().TakeOver(ctx, run, history.StoredJournal, &notes)
	if err != nil {
		return false, err
	}
	for f, err := range journal.Frames(bytes.NewReader(notes.Bytes()), size) {
		if err != nil {
			return true, nil // it cannot be ruled out
		}
		sent, _ := f.Sent()
		for i := range sent {
			if sent[i].ID == id {
				return true, nil
			}
		}
		settled, _ := f.Settled()
		for i := range settled {
			if settled[i].ID == id {
				return true, nil
			}
		}
	}
	if _, _, err := l.Stored().TakeOver(ctx, run, history.StoredResults, &results); err != nil {
		return false, err
	}
	for r, bad := range writer.ReadResults(&results, "results", writer.FormatJSONL) {
		if bad == nil && r.ID == id {
			return true, nil
		}
	}
	return false, nil
}
