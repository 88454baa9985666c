package engine

import (
	"context"
	"slices"

	"usersync/sync/repeat"
	"usersync/sync/user"
)

// Ledger says what the destination is known to hold. Its methods are safe for
// concurrent use.
type Ledger interface {
	// Lookup returns what is known of each id, in their order. It uses the memory of room if
	// that is enough.
	Lookup(ctx context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error)
	// Checkpointed is the ordinal of the last record whose outcome Lookup can see.
	Checkpointed() int
	// Unchanged reports whether the destination is known to hold everything that the
	// user carries.
	Unchanged(user.LedgerEntry, *user.User) bool
	// Apply returns what is known of the user after an outcome, given what was known
	// before it. It depends on nothing more, and is only called once that matters.
	Apply(user.LedgerEntry, *user.Outcome) user.LedgerEntry
}

// memory overlays what this run has settled on what the ledger returned, which may not
// have seen it yet. What an outcome implies is only worked out for an id that comes again.
type memory struct {
	ledger    Ledger         // nil: nothing is known beforehand
	rows      *repeat.Window // without a ledger: those applied; nil otherwise
	doubts    doubts         // without a ledger
	settled   []settled      // in the order in which they were settled
	forgotten int            // how many came before these
	last      map[string]int // by id: which was settled last, counted from 0
}

// settled is a record that the ledger may not show yet.
type settled struct {
	outcome *user.Outcome
	before  *user.LedgerEntry // what was known before it; nil: nothing
	// applied says that this or an earlier record of the id was applied.
	applied bool
}

func newMemory(j Job) memory {
	return memory{ledger: j.Ledger, rows: newRows(j), doubts: newDoubts(), last: map[string]int{}}
}

// find returns the record of an id that was settled last; nil if there is none.
func (m *memory) find(id string) *settled {
	if n, ok := m.last[id]; ok {
		return &m.settled[n-m.forgotten]
	}
	return nil
}

// applied reports whether a record of an id was applied that the ledger may not show yet.
func (m *memory) applied(id string) bool {
	s := m.find(id)
	return s != nil && s.applied
}

// deleted reports whether a record has deleted a user of an id, and nothing but known may show that.
func (m *memory) deleted(id string, known user.LedgerEntry) bool {
	if m.ledger == nil {
		return known.Row == metHere
	}
	return m.applied(id)
}

// of returns what is known of an id; looked is what the ledger returned a while ago.
func (m *memory) of(id string, looked user.LedgerEntry) user.LedgerEntry {
	if m.ledger == nil {
		m.recall(id, &looked)
		return looked
	}
	if s := m.find(id); s != nil {
		return m.after(entryOf(s.before), s.outcome)
	}
	return looked
}

// learn remembers an outcome, and what was known before it, until the ledger has it. The
// outcome must not change any more.
func (m *memory) learn(before *user.LedgerEntry, o *user.Outcome) {
	applied := isApplied(o.Status)
	if m.ledger == nil {
		if applied {
			m.rows.Add(o.Record)
		}
		m.doubt(applied, before, o)
		return
	}
	id := o.Record.User.ID
	m.settled = append(m.settled, settled{o, before, applied || m.applied(id)})
	m.last[id] = m.forgotten + len(m.settled) - 1
}

// after returns what an outcome implies, given what was known before it.
func (m *memory) after(before user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if m.ledger != nil {
		return m.ledger.Apply(before, o)
	}
	return unledgered(before, o)
}

// forget drops what the ledger can see by now: everything up to the checkpoint.
func (m *memory) forget(checkpoint int) {
	n := 0
	for n < len(m.settled) && m.settled[n].outcome.Record.Origin.Record <= checkpoint {
		if id := m.settled[n].outcome.Record.User.ID; m.last[id] == m.forgotten+n {
			delete(m.last, id)
		}
		n++
	}
	if n > 0 {
		m.settled, m.forgotten = slices.Delete(m.settled, 0, n), m.forgotten+n
	}
}

// settles returns the outcome of a record that needs no call.
func (m *memory) settles(r *user.Record, known user.LedgerEntry) (user.Outcome, bool) {
	if known.State != user.Present && known.State != user.AcceptedLater {
		return user.Outcome{}, false
	}
	o := user.Outcome{Record: r}
	switch {
	case r.Op == user.Create: // even if it may have been sent: the ledger is never ahead of what is written
		o.Status, o.Code = user.Refused, user.CodeExists
		return o, true
	case (r.Op == user.Upsert || r.Op == user.Update) && m.ledger != nil && m.ledger.Unchanged(known, &r.User):
		o.Status, o.Remote = user.Unchanged, known.Remote
		return o, true
	}
	return o, false
}

// kept returns what is known of a user for as long as its record is in flight, or settled and not
// in the ledger yet. There are thousands of these, and in a first load nothing is known of them.
func kept(known user.LedgerEntry) *user.LedgerEntry {
	if known.IsZero() {
		return nil
	}
	e := known // so that only this allocates
	e.Fingerprints.Fields = slices.Clone(e.Fingerprints.Fields)
	return &e
}

func entryOf(kept *user.LedgerEntry) user.LedgerEntry {
	if kept == nil {
		return user.LedgerEntry{}
	}
	return *kept
}

// knownOf returns what the ledger knew about record i.
func (c *chunk) knownOf(i int) user.LedgerEntry {
	if c.known == nil {
		return user.LedgerEntry{}
	}
	return c.known[i]
}
