package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"usersync/sync/journal"
	"usersync/writer/rundir"
)

const day = 24 * time.Hour

// parseDays reads a time of a day or more, in days or as a duration: what is
// younger may still be looked at, or written.
func parseDays(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(n) * day
		if n > 36500 {
			err = strconv.ErrRange
		}
	}
	if err != nil || d < day {
		return 0, errors.New("must be a day or more, such as 90d or 36h")
	}
	return d, nil
}

// expire removes the directories of runs that are older than --artifacts-ttl. By
// then the run itself is over and told: what cannot be removed is said, and
// changes nothing in how it ended.
func (j *job) expire() {
	if j.config.Output.ArtifactsTTL == 0 {
		return
	}
	removed, err := j.removeOld(j.now().Add(-j.config.Output.ArtifactsTTL))
	if err != nil {
		j.log.Warn("old runs could not all be removed", zap.Error(err))
	}
	if removed > 0 {
		j.log.Info("removed old runs", zap.Int("runs", removed), zap.String("from", j.config.Output.RunsDir))
	}
}

// removeOld removes the runs that began before limit and cannot be gone on with.
// One that cannot be judged stays.
func (j *job) removeOld(limit time.Time) (removed int, err error) {
	runs, err := rundir.Runs(j.config.Output.RunsDir)
	if err != nil {
		return 0, err
	}
	needed := map[string]bool{j.out.dir.ID(): true, j.retried.run: true}
	var old []string
	for _, r := range runs {
		isOld := r.Started.Before(limit)
		if r.Finished && !isOld {
			continue
		}
		over, inputs, bad := j.isOver(r, limit)
		for _, input := range inputs {
			needed[input] = needed[input] || !over
		}
		if err = errors.Join(err, bad); isOld && over {
			old = append(old, r.ID)
		}
	}
	for _, id := range old {
		if needed[id] {
			continue
		}
		bad := rundir.RemoveRun(j.config.Output.RunsDir, id)
		if err = errors.Join(err, bad); bad == nil {
			removed++
		}
	}
	return removed, err
}

// isOver reports whether nobody can go on with a run, and of which runs it reads
// files. Of what has no end, a rehearsal or a run that never began, the files tell
// whether it is perhaps under way.
func (j *job) isOver(r rundir.RunInfo, limit time.Time) (over bool, inputs []string, err error) {
	if !r.Journal {
		return j.lastWritten(r.ID).Before(limit), nil, nil
	}
	past, err := readPast(j.config.Output.RunsDir, r.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil, nil // somebody else has just removed it
	}
	if err != nil {
		return false, nil, fmt.Errorf("read the journal of run %s: %w", r.ID, err)
	}
	return !past.Resumable() && (past.Over() || j.lastWritten(r.ID).Before(limit)), runsRead(past.Header), nil
}

// lastWritten is when anything in the directory of a run was last written; now if
// that cannot be told.
func (j *job) lastWritten(run string) time.Time {
	var last time.Time
	entries, err := os.ReadDir(filepath.Join(j.config.Output.RunsDir, run))
	for _, e := range entries {
		info, bad := e.Info()
		if err = errors.Join(err, bad); bad == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	if err != nil {
		return j.now()
	}
	return last
}

// runsRead names the runs of whose directories a run reads files: their rejects.
func runsRead(h journal.Header) []string {
	runs := []string{h.Retried}
	for _, in := range h.Inputs {
		runs = append(runs, filepath.Base(filepath.Dir(in.Path)))
	}
	return runs
}
