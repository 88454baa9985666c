package writer

import (
	"iter"

	"usersync/sync/pseudonym"
	"usersync/sync/user"
)

// Redacted returns a Writer that passes on outcomes to w with the pseudonym of each id in place
// of it, and of an API's key that is the id. With the zero Key it is w.
func Redacted(w Writer, k pseudonym.Key) Writer {
	if k == (pseudonym.Key{}) {
		return w
	}
	return &redacted{to: w, key: k}
}

type redacted struct {
	to      Writer
	key     pseudonym.Key
	outcome user.Outcome // a copy of the one that is written
	record  user.Record  // and of its record
}

// Write replaces the id in a copy of the outcome and of its record.
func (r *redacted) Write(o *user.Outcome) error {
	if o.Record == nil {
		return r.to.Write(o)
	}
	r.outcome, r.record = *o, *o.Record
	id := r.record.User.ID
	r.record.User.ID = r.key.Of(id)
	if o.Remote == id {
		r.outcome.Remote = r.record.User.ID
	}
	if r.record.Remote == id {
		r.record.Remote = r.record.User.ID
	}
	r.outcome.Record = &r.record
	return r.to.Write(&r.outcome)
}

// Restored yields results with the ids that the pseudonyms of k stand for. With the zero Key it
// is results.
func Restored(results iter.Seq2[Result, error], k pseudonym.Key) iter.Seq2[Result, error] {
	if k == (pseudonym.Key{}) {
		return results
	}
	return func(yield func(Result, error) bool) {
		for r, err := range results {
			Restore(&r.Settled, k)
			if !yield(r, err) {
				return
			}
		}
	}
}

// Restore puts back the id that a pseudonym of k stands for.
func Restore(s *user.Settled, k pseudonym.Key) { s.ID, s.Remote = k.ID(s.ID), k.ID(s.Remote) }
