package engine

import (
	"context"
	"fmt"
	"time"

	"usersync/sync/repeat"
	"usersync/sync/user"
)

// Ledger says what the destination is known to hold. Its methods are safe for
// concurrent use.
type Ledger interface {
	// Lookup returns what is known of each id, in their order.
	Lookup(ctx context.Context, ids []string) ([]user.LedgerEntry, error)
	// Checkpointed is the ordinal of the last record whose outcome Lookup can see.
	Checkpointed() int
	// Unchanged reports whether the destination is known to hold everything that the
	// user carries.
	Unchanged(user.LedgerEntry, *user.User) bool
	// Apply returns what is known of the user after an outcome, given what was known
	// before it.
	Apply(user.LedgerEntry, *user.Outcome) user.LedgerEntry
}

// memory overlays what this run has settled on what the ledger returned, which may not
// have seen it yet.
type memory struct {
	ledger  Ledger         // nil: nothing is known beforehand
	rows    *repeat.Window // without a ledger; nil otherwise
	entries map[string]memoryEntry
	order   []memoryEntry // in the order they were settled
}

type memoryEntry struct {
	id     string
	record int
	known  user.LedgerEntry
	// applied says that this or an earlier record of the id was applied.
	applied bool
}

func newMemory(j Job) memory {
	return memory{ledger: j.Ledger, rows: newRows(j), entries: map[string]memoryEntry{}}
}

// applied reports whether a record of an id was applied that the ledger may not show yet.
func (m *memory) applied(id string) bool { return m.entries[id].applied }

// of returns what is known of an id; looked is what the ledger returned a while ago.
func (m *memory) of(id string, looked user.LedgerEntry) user.LedgerEntry {
	if r, ok := m.entries[id]; ok {
		return r.known
	}
	return looked
}

// learn applies an outcome to what was known, and remembers the result until the ledger
// has it.
func (m *memory) learn(before user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	applied := isApplied(o.Status)
	if m.ledger == nil {
		if applied {
			m.rows.Add(o.Record)
		}
		return after(before, o.Status)
	}
	id := o.Record.User.ID
	r := memoryEntry{id, o.Record.Origin.Record, m.ledger.Apply(before, o), applied || m.applied(id)}
	m.entries[r.id] = r
	m.order = append(m.order, r)
	return r.known
}

// after is what an outcome implies without a ledger.
func after(before user.LedgerEntry, status user.Status) user.LedgerEntry {
	switch status {
	case user.Created, user.Updated, user.Unchanged, user.Accepted:
		before.State = user.Present
	case user.Deleted:
		before.State = user.Absent
	}
	return before
}

// forget drops what the ledger can see by now: everything up to the checkpoint.
func (m *memory) forget(checkpoint int) {
	n := 0
	for n < len(m.order) && m.order[n].record <= checkpoint {
		if r := m.order[n]; m.entries[r.id].record == r.record {
			delete(m.entries, r.id)
		}
		n++
	}
	if n > 0 {
		m.order = append(m.order[:0], m.order[n:]...)
	}
}

// settles returns the outcome of a record that needs no call.
func (m *memory) settles(r *user.Record, known user.LedgerEntry) (user.Outcome, bool) {
	if known.State != user.Present && known.State != user.AcceptedLater {
		return user.Outcome{}, false
	}
	o := user.Outcome{Record: r, At: time.Now()}
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

// knownOf returns what the ledger knew about record i.
func (c *chunk) knownOf(i int) user.LedgerEntry {
	if c.known == nil {
		return user.LedgerEntry{}
	}
	return c.known[i]
}

// lookAhead looks up each chunk in the ledger, ahead of the planner.
func (j Job) lookAhead(ctx context.Context, chunks <-chan chunk) <-chan chunk {
	if j.Ledger == nil && j.Looked == nil {
		return chunks
	}
	looked := make(chan chunk, 1)
	go func() {
		defer close(looked)
		defer onPanic(func(err error) { pass(ctx, looked, chunk{err: err}) })
		for c := range chunks {
			if c = j.lookup(ctx, c); !pass(ctx, looked, c) || c.err != nil {
				return
			}
		}
	}()
	return looked
}

// lookup adds to a chunk what the ledger knows of its records. If the lookup fails, none
// of them may be sent.
func (j Job) lookup(ctx context.Context, c chunk) chunk {
	err := j.ask(ctx, &c)
	if err == nil && j.Looked != nil {
		err = j.Looked(ctx, c.records, c.known, c.checkpoint)
	}
	if err != nil {
		return chunk{err: fmt.Errorf("ask the ledger: %w", err)}
	}
	return c
}

func (j Job) ask(ctx context.Context, c *chunk) error {
	if j.Ledger == nil {
		return nil
	}
	c.checkpoint = j.Ledger.Checkpointed() // before the lookup, whose answer may be newer
	ids, places := make([]string, 0, len(c.records)), make([]int, 0, len(c.records))
	for i, r := range c.records {
		if r.Err == nil || r.OnlySuspect() {
			ids, places = append(ids, r.User.ID), append(places, i)
		}
	}
	known, err := j.Ledger.Lookup(ctx, ids)
	if err != nil {
		return err
	}
	c.known = make([]user.LedgerEntry, len(c.records))
	for n, i := range places {
		c.known[i] = known[n]
		if r := c.records[i]; r.Suspect != nil && known[n].State != user.Absent {
			r.Accept()
		}
	}
	return nil
}
