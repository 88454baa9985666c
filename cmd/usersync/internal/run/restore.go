package run

import (
	"context"
	"fmt"

	"usersync/sync/user"
	"usersync/writer"
)

// restoredAtOnce is how many ids are looked up at a time.
const restoredAtOnce = 1000

// restore tells known which users an earlier part of the run found unchanged: only its results
// say so, because the ledger is not told about such users.
func (r *Run) restore(ctx context.Context, known *ledgerView) error {
	if known == nil || r.at.Written == 0 {
		return nil
	}
	f := r.at.files
	file, err := f.dir.Read(f.resultsName())
	if err != nil {
		return err
	}
	defer file.Close()
	var ids []string
	for result, bad := range writer.ReadResults(file, file.Name(), writer.Format(f.ResultsFormat)) {
		if bad != nil {
			return fmt.Errorf("read the results so far: %w", bad)
		}
		if result.Status == user.Unchanged {
			ids = append(ids, result.ID)
		}
		if len(ids) == restoredAtOnce {
			if err := known.addUnchanged(ctx, ids); err != nil {
				return err
			}
			ids = ids[:0]
		}
	}
	return known.addUnchanged(ctx, ids)
}

// addUnchanged adds users who were found unchanged.
func (r *ledgerView) addUnchanged(ctx context.Context, ids []string) error {
	known, err := r.ledger.Lookup(ctx, ids)
	for i := range known {
		r.unchanged.Add(known[i].Row)
	}
	return err
}
