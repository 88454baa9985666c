package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/writer"
	"usersync/writer/rundir"
)

// erasingFile says that an erasure has begun to change the files of a run, and
// perhaps was killed: their sizes may not be those that journal and summary name.
const erasingFile = "erasing"

// eraseFromRuns erases id in every run that is concerned, or in none.
func eraseFromRuns(runsDir string, scope journal.Scope, id string) (done erased, err error) {
	runs, err := rundir.Runs(runsDir)
	if err != nil {
		return done, noPlace(err)
	}
	var found, blocked []*holding
	reads := map[string]*holding{} // by the run whose rejects it would go on to read
	for _, r := range runs {
		h := &holding{runName: runName{runsDir, r.ID}, id: id}
		if err := h.look(r); err != nil {
			if h.past != nil && !h.concerned(scope) {
				continue
			}
			return done, exit.Usage(fmt.Errorf("look through run %s: %w; nothing was erased", r.ID, err),
				"somebody changed its files, or the disk lost something: mend them, or remove its directory", "")
		}
		if h.past != nil && h.past.Resumable() {
			for _, run := range runsRead(h.past.Header) {
				reads[run] = h
			}
		}
		switch concerned := h.concerned(scope); {
		case !h.holds:
		case !concerned:
			done.elsewhere++
		case !h.over():
			blocked = append(blocked, h)
		default:
			found = append(found, h)
		}
	}
	for _, h := range found {
		if reader := reads[h.runName.id]; reader != nil && !slices.Contains(blocked, reader) {
			blocked = append(blocked, reader)
		}
	}
	if len(blocked) > 0 {
		return done, refuseErasure(blocked)
	}
	for _, h := range found {
		if err := h.erase(&done); err != nil {
			return done, &exit.Error{Err: fmt.Errorf("erase a user from run %s: %w", h.runName.id, err), Code: exit.Temporary,
				Hint: "what is done is done: call it again when the cause is gone, and it finishes"}
		}
		done.runs++
	}
	return done, nil
}

// refuseErasure names the runs that must be ended first.
func refuseErasure(blocked []*holding) error {
	var names []string
	for _, h := range blocked {
		names = append(names, h.runName.id)
	}
	first, next, hint := blocked[0], "", "go on with it first, or let the next run take it up"
	switch {
	case first.past != nil && first.past.Resumable():
		next = exit.CommandLine("resume", first.path())
	default:
		hint = "it did not end and cannot be resumed: if nothing works on it any more, remove its directory"
		next = "rm -r " + exit.Quote(first.path())
	}
	return exit.Usage(fmt.Errorf("erase a user: runs that are not over hold the id, or will read it: %s; nothing was erased", strings.Join(names, ", ")), hint, next)
}

// holding is a run of which it is asked whether it holds an id.
type holding struct {
	runName
	id    string
	past  *journal.Past // nil: it has no journal
	holds bool
	marks []int // the records of the journal's marks
}

func (h *holding) over() bool { return h.past != nil && h.past.Begun && h.past.Over() || h.ended() }

// ended is a rehearsal that was stopped: it cannot be gone on with.
func (h *holding) ended() bool {
	return h.past != nil && h.past.Header.Rehearsal && h.past.End != nil
}

// concerned reports whether the run's users are those of the scope. A rehearsal
// is one for the API.
func (h *holding) concerned(scope journal.Scope) bool {
	if h.past == nil || !h.past.Begun {
		return true // nobody can tell
	}
	was := h.past.Header.Scope
	if h.past.Header.Rehearsal {
		return was.Destination == scope.Destination
	}
	was.Feed = scope.Feed
	return was == scope
}

// look reads the run's journal and looks for the id in its files.
func (h *holding) look(r rundir.RunInfo) (err error) {
	if r.Journal {
		if h.past, err = readPast(h.runsDir, h.runName.id); err != nil {
			return err
		}
	}
	dir, err := rundir.Open(h.runsDir, h.runName.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	files, err := dir.Names()
	if err != nil {
		return err
	}
	w := &rewriting{dir: dir, files: files, id: h.id}
	if err := w.copyAll(func(string) (io.Writer, error) { return io.Discard, nil }); err != nil {
		return err
	}
	h.marks = w.Marks
	h.holds = w.changes() || w.has(erasingFile) && h.over()
	return nil
}

// erase changes the run's files. The results come last: as long as they hold the
// id, another call finds all of it again.
func (h *holding) erase(done *erased) (err error) {
	dir, err := rundir.Open(h.runsDir, h.runName.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	files, err := dir.Names()
	if err != nil {
		return err
	}
	w := &rewriting{dir: dir, files: files, id: h.id, Erasure: writer.Erasure{Marks: h.marks}}
	err = w.rewrite(h.past.Header.Rehearsal)
	if err == nil {
		done.results, done.rejects = done.results+w.results.Erased, done.rejects+w.rejects.Erased
		done.notes, done.list = done.notes+w.notes, done.list+w.listed
	}
	return err
}
