package reader

import (
	"context"
	"iter"

	"usersync/sync/user"
)

// Records are the records of an input, in its order, each with its ordinal. A
// record that is unfit has Err set to a *user.InvalidError. An error is an
// *InputError, comes at most once, without a record, and is the last.
type Records iter.Seq2[*user.Record, error]

// Until ends quietly once ctx is done: the record that is read at that moment
// is not delivered.
func (r Records) Until(ctx context.Context) Records {
	return func(yield func(*user.Record, error) bool) {
		for record, err := range r {
			if ctx.Err() != nil || !yield(record, err) {
				return
			}
		}
	}
}

// Batches returns the records n at a time, the last batch with what is left. An
// error comes after the records that were read before it.
func (r Records) Batches(n int) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		batch := make([]*user.Record, 0, n)
		for record, err := range r {
			if err != nil {
				_ = (len(batch) == 0 || yield(batch, nil)) && yield(nil, err)
				return
			}
			if batch = append(batch, record); len(batch) == n {
				if !yield(batch, nil) {
					return
				}
				batch = make([]*user.Record, 0, n)
			}
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}
