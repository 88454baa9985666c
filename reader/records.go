package reader

import (
	"context"
	"iter"

	"usersync/sync/user"
)

// Records are the records of an input, in order, each with its ordinal. An invalid record
// has Err set to a *user.InvalidError. An error is an *InputError, comes at most once,
// without a record, and last.
type Records iter.Seq2[*user.Record, error]

// Until ends quietly once ctx is done: the record that was just read is not delivered.
func (r Records) Until(ctx context.Context) Records {
	return func(yield func(*user.Record, error) bool) {
		for record, err := range r {
			if ctx.Err() != nil || !yield(record, err) {
				return
			}
		}
	}
}

// batchBytes of raw records end a batch early.
const batchBytes = 1 << 20

// Batches returns the records n at a time, the last batch with what is left. A batch ends
// early once the raw bytes of its records reach 1 MiB, so long rows do not pile up. An error
// comes after the records that were read before it.
func (r Records) Batches(n int) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		batch, bytes := make([]*user.Record, 0, n), 0
		for record, err := range r {
			if err != nil {
				_ = (len(batch) == 0 || yield(batch, nil)) && yield(nil, err)
				return
			}
			batch, bytes = append(batch, record), bytes+len(record.Origin.Raw)
			if len(batch) < n && bytes < batchBytes {
				continue
			}
			if !yield(batch, nil) {
				return
			}
			batch, bytes = make([]*user.Record, 0, n), 0
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}
