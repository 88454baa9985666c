package history

import (
	"bytes"
	"context"

	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// TakeOver reads the journal of a run of another place from the ledger, whose scope must be
// locked: the run can write no more then. It returns nil if the ledger does not hold one.
func TakeOver(ctx context.Context, l *ledger.Ledger, run ledger.Run, feed string) (*Run, error) {
	var text bytes.Buffer
	size, kept, err := l.Stored().TakeOver(ctx, run.Name, StoredJournal, &text)
	if err != nil || !kept {
		return nil, err
	}
	r := &Run{Dir: run.Dir, ID: run.Name, Stored: true, OtherFeed: run.Feed != feed}
	if r.Journal, err = journal.Read(bytes.NewReader(text.Bytes()), size); err != nil {
		return nil, unreadable(run.Name, err)
	}
	return r, nil
}

// The names under which a ledger stores files of runs.
const (
	StoredJournal = "journal"
	StoredResults = "results" // of a shard, in JSON Lines
)
