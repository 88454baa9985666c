package engine

import (
	"cmp"
	"hash/maphash"
	"iter"

	"usersync/sync/user"
)

// MostDoubts is how many users in doubt a run without a ledger remembers: some 4 MB. Once there
// are more, each user that the run does not remember counts as perhaps created.
const MostDoubts = 100_000

// doubts are the users that calls have left in doubt, and what a ledger would say of them. It
// keeps hashes of their ids: of two ids with the same one, the other is looked up needlessly.
type doubts struct {
	seed   maphash.Seed
	states map[uint64]user.EntryState
	full   bool // there were more
}

func newDoubts() doubts {
	return doubts{seed: maphash.MakeSeed(), states: map[uint64]user.EntryState{}}
}

// of returns the state of an id; Absent if it is not in doubt.
func (d *doubts) of(id string) user.EntryState {
	if len(d.states) == 0 { // in most runs
		return user.Absent
	}
	return d.states[maphash.String(d.seed, id)]
}

// set notes the state that an id is left in; Absent ends a doubt.
func (d *doubts) set(id string, s user.EntryState) {
	key := maphash.String(d.seed, id)
	if s == user.Absent {
		delete(d.states, key)
		return
	}
	if _, known := d.states[key]; !known && len(d.states) >= MostDoubts {
		d.full = true
		return
	}
	d.states[key] = s
}

// metHere is the Row of a user that the run has met, without a ledger.
const metHere = 1

// recall sets known to what the run itself knows of an id, without a ledger. Of most it knows
// nothing, and does not change known.
func (m *memory) recall(id string, known *user.LedgerEntry) {
	if s := m.doubts.of(id); s != user.Absent {
		*known = user.LedgerEntry{State: s, Row: metHere}
		return
	}
	switch deleted, met := m.rows.Last(id); {
	case deleted:
		*known = user.LedgerEntry{Row: metHere}
	case met:
		*known = user.LedgerEntry{State: user.Present, Row: metHere}
	case m.doubts.full:
		*known = user.LedgerEntry{State: user.Pending}
	}
}

// doubt notes whether an outcome, of a record that was applied or not, leaves its user in doubt, or
// ends that.
func (m *memory) doubt(applied bool, before *user.LedgerEntry, o *user.Outcome) {
	id := o.Record.User.ID
	switch in := m.doubts.of(id) != user.Absent; {
	case applied && in:
		m.doubts.set(id, user.Absent)
	case !applied && (in || o.Status == user.InDoubt || o.Code == user.CodeExists):
		m.doubts.set(id, unledgered(entryOf(before), o).State)
	}
}

// unledgered returns what an outcome implies where there is no ledger to say so, as it would.
func unledgered(before user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	r := o.Record
	switch {
	case o.Status == user.Deleted:
		return user.LedgerEntry{Row: metHere}
	case isApplied(o.Status):
		return user.LedgerEntry{State: user.Present, Row: metHere, Remote: cmp.Or(o.Remote, r.Remote, before.Remote)}
	case o.Status == user.InDoubt:
		if before.State = doubtful(before, o); o.Action != "" {
			before.Remote = cmp.Or(o.Remote, r.Remote, before.Remote)
		}
	case o.Code == user.CodeMissing:
		before.State = user.Absent
	case o.Action == user.Create && isRefused(o.Status) && (r.IntentRecorded || before.State == user.Present && r.Planned != user.Create):
		if before.State = user.Absent; r.IntentRecorded && user.OnlyReadShows(o.Code, o.HTTP) {
			before.State, before.Remote = user.Pending, cmp.Or(o.Remote, r.Remote) // the next create is about the same user
		}
	case o.Code == user.CodeSameUser && before.State == user.Pending && before.Remote == "": // the create has made no user of this id
		before.State = user.Absent
	}
	return before
}

func isRefused(s user.Status) bool { return s == user.Refused || s == user.Failed }

// doubtful returns the state in which an outcome in doubt leaves a user.
func doubtful(before user.LedgerEntry, o *user.Outcome) user.EntryState {
	switch {
	case o.Action == "", o.Code == user.CodeUnprovedAbsent && before.State == user.Absent:
		return before.State
	case o.Action == user.Create, o.Record.PerhapsCreated && cmp.Or(o.Remote, o.Record.Remote) == "":
		return user.Pending
	}
	return user.Present
}

// restore learns what an earlier part of the run has settled, in the order of its records.
func (m *memory) restore(earlier iter.Seq2[user.Settled, error]) error {
	if m.ledger != nil || earlier == nil {
		return nil
	}
	for s, err := range earlier {
		if err != nil {
			return err
		}
		var before user.LedgerEntry
		m.recall(s.ID, &before)
		r := &user.Record{User: user.User{ID: s.ID}, Sending: user.Sending{PerhapsCreated: before.State == user.Pending}}
		o := user.Outcome{Record: r, Status: s.Status, Action: s.Action, Code: s.Code, Remote: s.Remote}
		applied := isApplied(s.Status)
		if applied {
			m.rows.AddID(s.ID, s.Status == user.Deleted)
		}
		m.doubt(applied, kept(before), &o)
	}
	return nil
}
