package main

import (
	"context"
	"errors"
	"fmt"

	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// earlier is a run of the same scope that did not end for good.
type earlier struct {
	checkpoint.Unfinished
	alive bool // a process works on it
}

// unfinished lists such runs, the newest first, and those of other feeds that the
// same ledger remembers. A journal that cannot be read
// is an error: what it says may have been sent.
func unfinished(runsDir string, scope journal.Scope, ledger string) ([]earlier, error) {
	runs, err := rundir.Runs(runsDir)
	if err != nil {
		return nil, err
	}
	var found []earlier
	for _, r := range runs {
		if !r.Journal || r.Finished { // what is finished stands in the ledger too
			continue
		}
		e := earlier{Unfinished: checkpoint.Unfinished{Run: r.ID}}
		if e.Journal, e.alive, err = readLive(runsDir, r.ID); err != nil {
			return nil, fmt.Errorf("read the journal of run %s: %w", r.ID, err)
		}
		was := e.Journal.Header.Scope
		e.OtherFeed = was.Feed != scope.Feed
		if was.Feed = scope.Feed; !e.Journal.Begun || e.Journal.Over() || was != scope {
			continue
		}
		if !e.OtherFeed || ledger != "" && e.Journal.Header.Ledger == ledger && !e.alive {
			found = append(found, e)
		}
	}
	return found, nil
}

// apart takes from runs those of other feeds that did what the ledger does not
// know: by what it says of their users, this feed would find them unchanged. The
// others of these feeds can still be gone on with.
func apart(all []earlier) (own, foreign []earlier) {
	for _, e := range all {
		switch {
		case !e.OtherFeed:
			own = append(own, e)
		case e.HasNews():
			foreign = append(foreign, e)
		}
	}
	return own, foreign
}

func readPast(runsDir, run string) (past *journal.Past, err error) {
	past, _, err = readLive(runsDir, run)
	return past, err
}

// readLive also tells whether a process works on the run.
func readLive(runsDir, run string) (past *journal.Past, alive bool, err error) {
	dir, err := rundir.Open(runsDir, run)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	f, err := dir.Read(journalFile)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	alive = isClaimed(f)
	past, err = journal.Read(f, info.Size())
	return past, alive, err
}

const journalFile = "journal"

// takeUp brings into the ledger what became known of a run behind its last
// mark, and ends the run.
func (e earlier) takeUp(ctx context.Context, runsDir string, l *ledger.Ledger, by string) (err error) {
	dir, err := rundir.Open(runsDir, e.Run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	f, err := dir.Append(journalFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := errors.Join(claim(f), e.UpdateLedger(ctx, l)); err != nil {
		return err
	}
	diary, err := journal.Continue(f, e.Journal, journal.Resumed{})
	if err != nil {
		return err
	}
	return diary.Finish(journal.End{State: journal.TakenUp, By: by})
}
