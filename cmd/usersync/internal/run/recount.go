package run

import (
	"errors"
	"fmt"

	"usersync/sync/engine"
	"usersync/sync/user"
	"usersync/writer"
)

// contents are what stands in the files of a run.
type contents struct {
	engine.Summary
	lastDeleted string // id of the last user missing from the input whose deletion is written
}

// recount counts what stands in the files of the run, where one of them could
// not be written: up to a buffer full of outcomes was counted when it was handed
// over, and never came to the disk. A reject counts when it stands in both files.
func (f *files) recount() (c contents, err error) {
	rejects, err := f.countRejects()
	if err == nil {
		c, err = f.recountResults(rejects)
	}
	if err != nil {
		return c, fmt.Errorf("count what stands in the results: %w", err)
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
			break // nothing is written after half a row
		}
		c.Written++
		c.SettledUpTo = r.Record
		c.Outcomes[r.Status]++
		if r.Absent() {
			c.Missing++
			c.lastDeleted = r.ID
		}
		record := user.Record{Origin: user.Origin{File: r.File, Absent: r.Absent()}}
		err = errors.Join(err, count.Write(user.Outcome{Record: &record, Status: r.Status, Code: r.Code}))
	}
	return c, errors.Join(err, file.Close())
}

// countRejects counts the whole rows of rejects.
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
