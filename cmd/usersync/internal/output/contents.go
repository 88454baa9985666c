package output

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"usersync/sync/destination/owned"
	"usersync/sync/engine"
	"usersync/sync/user"
	"usersync/writer"
)

// Contents says what the files of a run contain.
type Contents struct {
	engine.Summary
	LastDeleted string // id of the last missing user whose deletion is written
	Keys        KeysMet
	Noted       user.Noted

	end     int64 // where the rows that were counted end in the results; more than any size: with the file
	rejects int   // of the rows that were counted
}

// KeysMet is what an earlier part of a run says about whose the API's keys are, as far as
// its results do not (SameUserKeys) and the ledger does not hold it yet.
type KeysMet struct {
	Known    []user.Settled // at most 100,000
	Same     []string       // keys to which rows of other ids have led
	Disputed []string       // of these, keys that a second user may have
}

// Add keeps what an outcome says. Written says that it is in the results, and held, that
// the ledger then has it.
func (w *KeysMet) Add(s *user.Settled, written, held bool) {
	switch {
	case s.Remote == "":
	case s.Code == user.CodeSameUser && written: // there may be any number
	case s.Code == user.CodeSameUser:
		w.Same = append(w.Same, s.Remote)
		if s.Status == user.InDoubt {
			w.Disputed = append(w.Disputed, s.Remote)
		}
	case !written || !held:
		if len(w.Known) == 2*owned.Most {
			w.Known = append(w.Known[:0], w.Known[owned.Most:]...)
		}
		w.Known = append(w.Known, *s)
	}
}

// Recount counts the outcomes in the files of the run. If a file could not be written,
// the last buffer of outcomes was counted but never reached the disk. A reject counts
// only if it is in both files.
func (f *Files) Recount() (c Contents, err error) {
	rejects, err := math.MaxInt, error(nil) // a shard has none
	if !f.Shard {
		rejects, _, err = f.walkRejects(math.MaxInt)
	}
	if err == nil {
		f.counts = newCounts()
		c, err = f.recount(rejects, f.counts.writer())
	}
	if err != nil {
		return c, fmt.Errorf("count the results: %w", err)
	}
	return c, nil
}

// recount counts the results up to the first one that needs a reject more than there are.
func (f *Files) recount(rejects int, count writer.Writer) (c Contents, err error) {
	file, err := f.dir.Read(f.resultsName())
	if err != nil {
		return c, err
	}
	c.Outcomes, c.end = map[user.Status]int{}, math.MaxInt64
	for r, bad := range writer.Restored(writer.ReadResults(file, file.Name(), writer.Format(f.ResultsFormat)), f.Pseudonyms) {
		isReject := r.Status.Rejected() && !r.Absent()
		if bad != nil || isReject && c.rejects == rejects {
			c.end = r.Begin
			break // nothing follows an incomplete row
		}
		if isReject {
			c.rejects++
		}
		c.add(r, f.Spec.Ledger)
		f.index.add(&r)
		outcome, _ := r.For(&user.Record{Origin: user.Origin{Record: r.Record, File: r.File, Line: r.Line, Absent: r.Absent()}})
		err = errors.Join(err, count.Write(&outcome))
	}
	return c, errors.Join(err, file.Close())
}

func (c *Contents) add(r writer.Result, held bool) {
	c.Written++
	c.SettledUpTo = r.Record
	c.Keys.Add(&r.Settled, true, held)
	c.Outcomes[r.Status]++
	if r.Absent() {
		c.Missing++
		c.LastDeleted = r.ID
	}
}

// UnchangedIDs yields the ids of the users that the results call unchanged. A row that
// cannot be read is an error, and ends it.
func (f *Files) UnchangedIDs() iter.Seq2[string, error] {
	return picked(f, func(r *user.Settled) string {
		if r.Status == user.Unchanged {
			return r.ID
		}
		return ""
	})
}

// SameUserKeys yields the keys of the API to which rows of other ids have led, by the
// results. A row that cannot be read is an error, and ends it.
func (f *Files) SameUserKeys() iter.Seq2[string, error] {
	return picked(f, func(r *user.Settled) string {
		if r.Code == user.CodeSameUser {
			return r.Remote
		}
		return ""
	})
}

// picked yields what is picked from the results so far, if that is not empty.
func picked(f *Files, from func(*user.Settled) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for s, err := range f.Settled() {
			if err != nil {
				yield("", err)
				return
			}
			if text := from(&s); text != "" && !yield(text, nil) {
				return
			}
		}
	}
}

// Settled yields the results so far. A row that cannot be read is an error, and ends them.
func (f *Files) Settled() iter.Seq2[user.Settled, error] {
	return func(yield func(user.Settled, error) bool) {
		file, err := f.dir.Read(f.resultsName())
		if err != nil {
			yield(user.Settled{}, err)
			return
		}
		defer file.Close()
		for result, bad := range writer.Restored(writer.ReadResults(file, file.Name(), writer.Format(f.ResultsFormat)), f.Pseudonyms) {
			if bad != nil {
				yield(user.Settled{}, fmt.Errorf("read the results so far: %w", bad))
				return
			}
			if !yield(result.Settled, nil) {
				return
			}
		}
	}
}
