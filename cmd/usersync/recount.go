package main

import (
	"errors"
	"fmt"

	"usersync/sync/user"
	"usersync/writer"
)

// recount counts what stands in the files of the run, where one of them could
// not be written: up to a buffer full of outcomes was counted when it was handed
// over, and never came to the disk. A reject counts when it stands in both files.
func (j *job) recount() error {
	rejects, err := j.out.countRejects(j.input.Layout().Format)
	if err == nil {
		err = j.recountResults(rejects)
	}
	if err != nil {
		return fmt.Errorf("count what stands in the results: %w", err)
	}
	return nil
}

func (j *job) recountResults(rejects int) error {
	format := j.config.Output.ResultsFormat
	file, err := j.out.dir.Read("results." + format)
	if err != nil {
		return err
	}
	j.counts.Written, j.counts.SettledUpTo, j.counts.Outcomes = 0, 0, map[user.Status]int{}
	j.counts.Absent, j.lastAbsent = 0, ""
	j.out.codes, j.out.perFile, j.out.deletions = &writer.Codes{}, &perFile{counts: map[string]*int{}}, &deletions{}
	count := writer.Tee(j.out.codes, j.out.perFile, j.out.deletions)
	for r, bad := range writer.ReadResults(file, file.Name(), writer.Format(format)) {
		if r.Status.Rejected() && !r.Absent() {
			rejects--
		}
		if bad != nil || rejects < 0 {
			break // what is behind half a row was not written either
		}
		j.counts.Written++
		j.counts.SettledUpTo = r.Record
		j.counts.Outcomes[r.Status]++
		if r.Absent() {
			j.counts.Absent++
			j.lastAbsent = r.ID
		}
		record := user.Record{Origin: user.Origin{File: r.File, Absent: r.Absent()}}
		err = errors.Join(err, count.Write(user.Outcome{Record: &record, Status: r.Status, Code: r.Code}))
	}
	return errors.Join(err, file.Close())
}

// countRejects counts the whole rows of rejects.
func (o *outputs) countRejects(format string) (int, error) {
	file, err := o.dir.Read("rejects." + format)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, bad := range writer.ReadRejects(file, file.Name(), writer.Format(format)) {
		if bad != nil {
			break
		}
		n++
	}
	return n, file.Close()
}
