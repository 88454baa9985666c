package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/sink"
)

// earlier is a run of the same scope that did not end for good.
type earlier struct {
	id   string
	past *journal.Past
}

// unfinished lists such runs, the newest first. A journal that cannot be read
// is an error: what it says may have been sent.
func unfinished(runsDir string, scope journal.Scope) ([]earlier, error) {
	runs, err := sink.Runs(runsDir)
	if err != nil {
		return nil, err
	}
	var found []earlier
	for _, r := range runs {
		if !r.Journal {
			continue
		}
		past, err := readPast(runsDir, r.ID)
		if err != nil {
			return nil, fmt.Errorf("read the journal of run %s: %w", r.ID, err)
		}
		if past.Begun && !past.Over() && past.Header.Scope == scope {
			found = append(found, earlier{r.ID, past})
		}
	}
	return found, nil
}

func readPast(runsDir, run string) (past *journal.Past, err error) {
	dir, err := sink.Open(runsDir, run)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	f, err := dir.Read(journalFile)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return journal.Read(f, info.Size())
}

const journalFile = "journal"

// alike reports whether a run was begun with the same config and the same
// files. That these still hold the same is seen when they are read.
func (e earlier) alike(h journal.Header) bool {
	p := e.past.Header
	return p.ConfigSHA256 == h.ConfigSHA256 && p.MappingSHA256 == h.MappingSHA256 && p.Mode == h.Mode &&
		slices.EqualFunc(p.Inputs, h.Inputs, sameVersion) && !slices.ContainsFunc(h.Inputs, func(i journal.Input) bool { return i.Path == "-" })
}

func sameVersion(a, b journal.Input) bool {
	return a.Path == b.Path && a.Format == b.Format && a.Size == b.Size && a.Modified.Equal(b.Modified)
}

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

// entries is what the ledger has to learn of a run that nobody will go on
// with. What its records held is not known any more, so that users lose their
// prints and are sent again.
func (e earlier) entries() []ledger.Entry {
	var entries []ledger.Entry
	for _, o := range e.past.Settled {
		entry := ledger.Entry{ID: o.ID, Remote: o.Remote, Record: o.Record, Standing: user.Held, Anew: true}
		switch o.Status {
		case user.Deleted:
			entry.Standing = user.Absent
		case user.InDoubt:
			if o.Action == user.Create {
				continue
			}
		case user.Created, user.Updated, user.Accepted:
		default:
			continue
		}
		entries = append(entries, entry)
	}
	for _, s := range e.past.Sent {
		if s.Op != user.Create { // perhaps changed, and nobody knows to what
			entries = append(entries, ledger.Entry{ID: s.ID, Record: s.Record, Standing: user.Held, Anew: true})
		}
	}
	slices.SortStableFunc(entries, func(a, b ledger.Entry) int { return a.Record - b.Record })
	return entries
}

// takeUp brings into the ledger what became known of a run behind its last
// mark, and ends the run.
func (e earlier) takeUp(ctx context.Context, runsDir string, l *ledger.Ledger, by string) (err error) {
	if entries := e.entries(); l != nil && len(entries) > 0 {
		m := ledger.Mark{Run: e.id, Record: entries[len(entries)-1].Record, At: e.past.Header.Started}
		if err := l.Mark(ctx, m, entries); err != nil {
			return err
		}
	}
	dir, err := sink.Open(runsDir, e.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	f, err := dir.Append(journalFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	diary, err := journal.Continue(f, e.past, journal.Resumed{})
	if err != nil {
		return err
	}
	return diary.Finish(journal.End{State: journal.TakenUp, By: by})
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
		if !same {
			return o, false, &otherInputError{record: r.Origin.Record}
		}
		return o, true, nil
	}
}

// otherInputError says that the input is not the one that a run was begun with.
type otherInputError struct{ record int }

func (e *otherInputError) Error() string {
	return fmt.Sprintf("the input is not the one that the run was begun with, as record %d and those before it show", e.record)
}

// skip reads the records that are written already into the keeper's hash, and
// returns the others. Records other than those that the run was begun with are
// an otherInputError; nothing was sent then.
func skip(records reader.Records, k *keeper, mark journal.Mark) (reader.Records, func(), error) {
	next, stop := iter.Pull2(iter.Seq2[*user.Record, error](records))
	for k.last < mark.Record {
		r, err, more := next()
		if err != nil || !more {
			stop()
			return nil, nil, errors.Join(err, &otherInputError{mark.Record})
		}
		k.add(r)
		k.last = r.Origin.Record
	}
	if k.sum() != mark.InputSHA256 && mark.Record > 0 {
		stop()
		return nil, nil, &otherInputError{mark.Record}
	}
	rest := func(yield func(*user.Record, error) bool) {
		for r, err, more := next(); more && yield(r, err); r, err, more = next() {
		}
	}
	return rest, stop, nil
}
