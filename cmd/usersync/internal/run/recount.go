package run

import (
	"errors"
	"fmt"

	"usersync/sync/engine"
	"usersync/sync/user"
	"usersync/writer"
)

// contents says what the files of a run contain.
type contents struct {
	engine.Summary
	lastDeleted string // id of the last missing user whose deletion is written
	keys        keysMet
	noted       user.Noted
}

// recount counts the outcomes in the files of the run. If a file could not be written,
// the last buffer of outcomes was counted but never reached the disk. A reject counts
// only if it is in both files.
func (f *files) recount() (c contents, err error) {
	rejects, err := f.countRejects()
	if err == nil {
		c, err = f.recountResults(rejects)
	}
	if err != nil {
		return c, fmt.Errorf("count the results: %w", err)
	}
	return c, nil
}

func (f *files) recountResults(rejects int) (c contents, err error) {
	file, err := f.dir.Read(f.resultsName())
	if err != nil {
		return c, err
	}
	c.Outcomes, f.counts = map[user.Status]int{}, newCounters()
	count := f.counts.writer()
	for r, bad := range writer.ReadResults(file, file.Name(), writer.Format(f.ResultsFormat)) {
		if r.Status.Rejected() && !r.Absent() {
			rejects--
		}
		if bad != nil || rejects < 0 {
			break // nothing follows an incomplete row
		}
		c.Written++
		c.SettledUpTo = r.Record
		c.keys.add(&r.Settled, f.ledger)
		c.Outcomes[r.Status]++
		if r.Absent() {
			c.Missing++
			c.lastDeleted = r.ID
		}
		record := user.Record{Origin: user.Origin{File: r.File, Absent: r.Absent()}}
		err = errors.Join(err, count.Write(user.Outcome{Record: &record, Status: r.Status, Action: r.Action, Code: r.Code}))
	}
	return c, errors.Join(err, file.Close())
}

// countRejects counts the complete rows of rejects.
func (f *files) countRejects() (int, error) {
	file, err := f.dir.Read(f.rejectsName())
	if err != nil {
		return 0, err
	}
	n := 0
	for _, bad := range writer.ReadRejects(file, file.Name(), writer.Format(f.layout.Format)) {
		if bad != nil {
			break
		}
		n++
	}
	return n, file.Close()
}
