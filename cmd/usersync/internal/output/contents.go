package output

import (
	"errors"
	"fmt"
	"iter"

	"usersync/sync/destination/owned"
	"usersync/sync/engine"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// Contents says what the files of a run contain.
type Contents struct {
	engine.Summary
	LastDeleted string // id of the last missing user whose deletion is written
	Keys        KeysMet
	Noted       user.Noted
}

// KeysMet is what an earlier part of a run says about whose the API's keys are.
type KeysMet struct {
	Known []user.Settled // outcomes that the ledger does not hold yet
	Same  []string       // keys to which rows of other ids have led
}

// Add keeps what an outcome says. One that the ledger holds says nothing new, unless its
// row was refused.
func (w *KeysMet) Add(s *user.Settled, held bool) {
	switch {
	case s.Remote == "":
	case s.Code == user.CodeSameUser:
		w.Same = append(w.Same, s.Remote)
	case !held:
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
	rejects, err := countRejects(f.Spec, f.dir)
	if err == nil {
		f.counts = newCounts()
		c, err = recount(f.Spec, f.dir, rejects, f.counts.writer())
	}
	if err != nil {
		return c, fmt.Errorf("count the results: %w", err)
	}
	return c, nil
}

// recount counts the results up to the first one that needs a reject more than there are.
func recount(spec Spec, dir *rundir.Dir, rejects int, count writer.Writer) (c Contents, err error) {
	file, err := dir.Read(spec.resultsName())
	if err != nil {
		return c, err
	}
	c.Outcomes = map[user.Status]int{}
	for r, bad := range writer.ReadResults(file, file.Name(), writer.Format(spec.ResultsFormat)) {
		if r.Status.Rejected() && !r.Absent() {
			rejects--
		}
		if bad != nil || rejects < 0 {
			break // nothing follows an incomplete row
		}
		c.add(r, spec.Ledger)
		record := user.Record{Origin: user.Origin{File: r.File, Absent: r.Absent()}}
		err = errors.Join(err, count.Write(user.Outcome{Record: &record, Status: r.Status, Action: r.Action, Code: r.Code}))
	}
	return c, errors.Join(err, file.Close())
}

func (c *Contents) add(r writer.Result, held bool) {
	c.Written++
	c.SettledUpTo = r.Record
	c.Keys.Add(&r.Settled, held)
	c.Outcomes[r.Status]++
	if r.Absent() {
		c.Missing++
		c.LastDeleted = r.ID
	}
}

// countRejects counts the complete rows of rejects.
func countRejects(spec Spec, dir *rundir.Dir) (int, error) {
	file, err := dir.Read(spec.rejectsName())
	if err != nil {
		return 0, err
	}
	n := 0
	for _, bad := range writer.ReadRejects(file, file.Name(), writer.Format(spec.Layout.Format)) {
		if bad != nil {
			break
		}
		n++
	}
	return n, file.Close()
}

// UnchangedIDs yields the ids of the users that the results call unchanged. A row that
// cannot be read is an error, and ends it.
func (f *Files) UnchangedIDs() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		file, err := f.dir.Read(f.resultsName())
		if err != nil {
			yield("", err)
			return
		}
		defer file.Close()
		for result, bad := range writer.ReadResults(file, file.Name(), writer.Format(f.ResultsFormat)) {
			if bad != nil {
				yield("", fmt.Errorf("read the results so far: %w", bad))
				return
			}
			if result.Status == user.Unchanged && !yield(result.ID, nil) {
				return
			}
		}
	}
}
