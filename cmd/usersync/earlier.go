package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// earlier is a run of the same scope that did not end for good.
type earlier struct {
	id   string
	past *journal.Past
	// foreign is a run of another feed: users whom the ledger does not know are not
	// this feed's.
	foreign bool
	alive   bool // a process works on it
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
		e := earlier{id: r.ID}
		if e.past, e.alive, err = readLive(runsDir, r.ID); err != nil {
			return nil, fmt.Errorf("read the journal of run %s: %w", r.ID, err)
		}
		was := e.past.Header.Scope
		e.foreign = was.Feed != scope.Feed
		if was.Feed = scope.Feed; !e.past.Begun || e.past.Over() || was != scope {
			continue
		}
		if !e.foreign || ledger != "" && e.past.Header.Ledger == ledger && !e.alive {
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
		case !e.foreign:
			own = append(own, e)
		case len(e.past.Settled)+len(e.past.Sent) > 0:
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

// advance moves to the ledger's mark of the run, which is written before the
// journal's.
func (e earlier) advance(ctx context.Context, l *ledger.Ledger) error {
	if l == nil {
		return nil
	}
	m, found, err := l.LastMark(ctx, e.id)
	if err != nil || !found {
		return err
	}
	e.past.Advance(journal.Mark{
		Record: m.Record, At: m.At, Results: m.Sizes[resultsSize], Rejects: m.Sizes[rejectsSize],
		InputBytes: m.Input, InputSHA256: fmt.Sprintf("%x", m.SHA256),
	})
	return nil
}

// settled is what the ledger has to learn of a run that nobody will go on
// with. What its records held is not known any more, so that users lose their
// prints and are sent again.
func (e earlier) settled() []ledger.Entry {
	var entries []ledger.Entry
	for _, o := range e.past.Settled {
		standing, changes := standingAfter(&o)
		if o.Action == user.Create && (o.Status == user.Refused || o.Status == user.Failed) && slices.Contains(e.past.Header.Unsafe, user.Create) {
			standing, changes = user.Absent, true // it was noted as pending
		}
		if o.Action == "" && o.Status == user.InDoubt && slices.Contains(e.past.Header.Unsafe, user.Create) {
			standing, changes = user.Pending, true // and not sent again for that
		}
		if changes {
			entries = append(entries, ledger.Entry{ID: o.ID, Remote: o.Remote, Record: o.Record, Standing: standing, Anew: true})
		}
	}
	return entries
}

// unsettled is what it has to learn of those of whom nobody knows what became of
// them.
func (e earlier) unsettled() []ledger.Entry {
	var entries []ledger.Entry
	for _, s := range e.past.Sent {
		standing := user.Held // perhaps changed, and nobody knows to what
		if s.Op == user.Create {
			standing = user.Pending
		}
		entries = append(entries, ledger.Entry{ID: s.ID, Record: s.Record, Standing: standing, Anew: true})
	}
	return entries
}

// standingAfter is what an outcome says of a user; false if that is nothing new.
func standingAfter(o *journal.Outcome) (user.Standing, bool) {
	switch o.Status {
	case user.Created, user.Updated:
		return user.Held, true
	case user.Accepted:
		return user.Taken, true
	case user.Deleted:
		return user.Absent, true
	case user.Refused:
		return user.Absent, o.Code == user.CodeMissing
	case user.InDoubt:
		if o.Action == user.Create {
			return user.Pending, true
		}
		return user.Held, o.Action != ""
	}
	return user.Absent, false
}

// learned is all of it, in the order of the records. Users keep the keys that the
// API made for them: what they hold is not known any more, and who they are is.
// And who is not settled and pending stays so: an update may have gone on to
// create the user.
func (e earlier) learned(ctx context.Context, l *ledger.Ledger) ([]ledger.Entry, error) {
	settled, unsettled := e.settled(), e.unsettled()
	entries := append(settled, unsettled...)
	ids := make([]string, len(entries))
	for i := range entries {
		ids[i] = entries[i].ID
	}
	known, err := l.Look(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range known {
		if entries[i].Remote == "" {
			entries[i].Remote = known[i].Remote
		}
		if i >= len(settled) && known[i].Standing == user.Pending {
			entries[i].Standing = user.Pending
		}
	}
	if e.foreign {
		entries = only(entries, known)
	}
	slices.SortStableFunc(entries, func(a, b ledger.Entry) int { return a.Record - b.Record })
	return entries, nil
}

// only leaves those of whom something is known.
func only(entries []ledger.Entry, known []user.Known) []ledger.Entry {
	var some []ledger.Entry
	for i, k := range known {
		if k.Standing != user.Absent {
			some = append(some, entries[i])
		}
	}
	return some
}

// takeUp brings into the ledger what became known of a run behind its last
// mark, and ends the run.
func (e earlier) takeUp(ctx context.Context, runsDir string, l *ledger.Ledger, by string) (err error) {
	dir, err := rundir.Open(runsDir, e.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	f, err := dir.Append(journalFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := errors.Join(claim(f), e.teach(ctx, l)); err != nil {
		return err
	}
	diary, err := journal.Continue(f, e.past, journal.Resumed{})
	if err != nil {
		return err
	}
	return diary.Finish(journal.End{State: journal.TakenUp, By: by})
}

// sent tells who was perhaps sent behind the mark. Of calls that cannot be
// replayed the journal knows that for certain, and who was not sent must not be
// taken for one in doubt.
func (e earlier) sent() func(*user.Record) bool {
	sent := make(map[int]bool, len(e.past.Sent))
	for _, s := range e.past.Sent {
		sent[s.Record] = true
	}
	return func(r *user.Record) bool { return sent[r.Origin.Record] }
}

// teach tells the ledger.
func (e earlier) teach(ctx context.Context, l *ledger.Ledger) error {
	if l == nil {
		return nil
	}
	entries, err := e.learned(ctx, l)
	if err != nil || len(entries) == 0 {
		return err
	}
	return l.Mark(ctx, ledger.Mark{Run: e.id, Record: entries[len(entries)-1].Record, At: e.past.Header.Started}, entries)
}

// outcomes returns the outcomes that records behind the mark already have.
func (e earlier) outcomes() func(*user.Record) (user.Outcome, bool, error) {
	settled := make(map[int]journal.Outcome, len(e.past.Settled))
	for _, o := range e.past.Settled {
		settled[o.Record] = o
	}
	return func(r *user.Record) (user.Outcome, bool, error) {
		was, found := settled[r.Origin.Record]
		if !found {
			return user.Outcome{}, false, nil
		}
		delete(settled, r.Origin.Record)
		o, same := was.For(r)
		switch {
		case !same && r.Origin.Absent:
			return o, false, &otherDeletionError{r.Origin.Record}
		case !same:
			return o, false, &otherInputError{record: r.Origin.Record}
		}
		return o, true, nil
	}
}
