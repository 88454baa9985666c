package engine

import (
	"context"
	"fmt"
	"time"

	"usersync/sync/user"
)

// Ledger tells what the destination is known to hold. Its methods are safe for
// concurrent use.
type Ledger interface {
	// Look returns what is known of each id, in their order.
	Look(ctx context.Context, ids []string) ([]user.LedgerEntry, error)
	// Marked is the ordinal of the last record whose outcome Look can see.
	Marked() int
	// Same reports whether the destination is known to hold all that the user
	// carries.
	Same(user.LedgerEntry, *user.User) bool
	// After is what is known of the user when an outcome is added to what was
	// known before.
	After(user.LedgerEntry, *user.Outcome) user.LedgerEntry
}

// memory lays what this run has settled over what the ledger told, which may
// not have seen it yet.
type memory struct {
	ledger Ledger // nil: nothing is known beforehand
	held   map[string]remembered
	order  []remembered // as they were settled
}

type remembered struct {
	id     string
	record int
	known  user.LedgerEntry
}

func newMemory(l Ledger) memory { return memory{ledger: l, held: map[string]remembered{}} }

// of returns what is known of an id; looked is what the ledger told some time
// ago.
func (m *memory) of(id string, looked user.LedgerEntry) user.LedgerEntry {
	if r, ok := m.held[id]; ok {
		return r.known
	}
	return looked
}

// learn adds an outcome to what was known, and remembers it until the ledger
// has it.
func (m *memory) learn(before user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if m.ledger == nil {
		return after(before, o.Status)
	}
	r := remembered{o.Record.User.ID, o.Record.Origin.Record, m.ledger.After(before, o)}
	m.held[r.id] = r
	m.order = append(m.order, r)
	return r.known
}

// after is what an outcome tells where no ledger asks for more.
func after(before user.LedgerEntry, status user.Status) user.LedgerEntry {
	switch status {
	case user.Created, user.Updated, user.Unchanged, user.Accepted:
		before.State = user.Present
	case user.Deleted:
		before.State = user.Absent
	}
	return before
}

// seen forgets what the ledger has told since: everything up to the record
// marked.
func (m *memory) seen(marked int) {
	n := 0
	for n < len(m.order) && m.order[n].record <= marked {
		if r := m.order[n]; m.held[r.id].record == r.record {
			delete(m.held, r.id)
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
	case r.Op == user.Create: // also if it was perhaps sent: the ledger is never ahead of what is written
		o.Status, o.Code = user.Refused, user.CodeExists
		return o, true
	case (r.Op == user.Upsert || r.Op == user.Update) && m.ledger != nil && m.ledger.Same(known, &r.User):
		o.Status, o.Remote = user.Unchanged, known.Remote
		return o, true
	}
	return o, false
}

// knownOf returns what the ledger told of record i.
func (c *chunk) knownOf(i int) user.LedgerEntry {
	if c.known == nil {
		return user.LedgerEntry{}
	}
	return c.known[i]
}

// look asks the ledger about each chunk, ahead of the planner.
func (j Job) look(ctx context.Context, chunks <-chan chunk) <-chan chunk {
	if j.Ledger == nil {
		return chunks
	}
	looked := make(chan chunk, 1)
	go func() {
		defer close(looked)
		for c := range chunks {
			c = j.ask(ctx, c)
			select {
			case looked <- c:
			case <-ctx.Done():
				return
			}
			if c.err != nil {
				return
			}
		}
	}()
	return looked
}

// ask adds to a chunk what the ledger knows of its records. Where that cannot
// be found out, none of them may be sent.
func (j Job) ask(ctx context.Context, c chunk) chunk {
	c.marked = j.Ledger.Marked() // before the question: what it answers may be newer
	ids, places := make([]string, 0, len(c.records)), make([]int, 0, len(c.records))
	for i, r := range c.records {
		if r.Err == nil || r.OnlySuspect() {
			ids, places = append(ids, r.User.ID), append(places, i)
		}
	}
	known, err := j.Ledger.Look(ctx, ids)
	if err != nil {
		return chunk{err: fmt.Errorf("ask the ledger: %w", err)}
	}
	c.known = make([]user.LedgerEntry, len(c.records))
	for n, i := range places {
		c.known[i] = known[n]
		if r := c.records[i]; r.Suspect != nil && known[n].State != user.Absent {
			r.Accept()
		}
	}
	return c
}
