package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"usersync/sync/repeat"
	"usersync/sync/telemetry"
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
	rows      *repeat.Window // without a ledger; nil otherwise
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
	return memory{ledger: j.Ledger, rows: newRows(j), last: map[string]int{}}
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

// of returns what is known of an id; looked is what the ledger returned a while ago.
func (m *memory) of(id string, looked user.LedgerEntry) user.LedgerEntry {
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
	switch o.Status {
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

// lookAhead looks up each chunk in the ledger, ahead of the planner.
func (j Job) lookAhead(ctx context.Context, chunks <-chan chunk) <-chan chunk {
	if j.Ledger == nil && j.Looked == nil {
		return chunks
	}
	looked, free := make(chan chunk, 1), make(chan []user.LedgerEntry, 2)
	go func() {
		defer close(looked)
		defer onPanic(func(err error) { pass(ctx, looked, chunk{err: err}) })
		for c := range chunks {
			c, last := together(c, chunks)
			c.free = free
			if c = j.lookup(ctx, c); !pass(ctx, looked, c) || c.err != nil {
				return
			}
			if last != nil {
				pass(ctx, looked, *last)
				return
			}
		}
	}()
	return looked
}

// How many records are enough for a lookup, which takes longer in a database on another machine,
// and how many bytes of their rows: long rows must not pile up.
const (
	lookedUpAtOnce = 1000
	bytesAtOnce    = 1 << 20
)

// together adds to a chunk the records that wait, too, as they do if lookups are slower than
// reading. It returns the error that follows them, if there is one.
func together(c chunk, waiting <-chan chunk) (all chunk, last *chunk) {
	bytes := c.rawBytes()
	for c.err == nil && len(c.records) < lookedUpAtOnce && bytes < bytesAtOnce {
		select {
		case next, more := <-waiting:
			if !more {
				return c, nil
			}
			if next.err != nil {
				return c, &next
			}
			c.records, bytes = append(c.records, next.records...), bytes+next.rawBytes()
		default:
			return c, nil
		}
	}
	return c, nil
}

// rawBytes is how long the rows of the records are.
func (c *chunk) rawBytes() (sum int) {
	for _, r := range c.records {
		sum += len(r.Origin.Raw)
	}
	return sum
}

// lookup adds to a chunk what the ledger knows of its records. If the lookup fails, none
// of them may be sent.
func (j Job) lookup(ctx context.Context, c chunk) chunk {
	err := j.ask(ctx, &c)
	if err == nil && j.Looked != nil {
		own := c.own()
		err = j.Looked(ctx, own.records, own.known, c.checkpoint)
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
	ids := make([]string, 0, len(c.records))
	for _, r := range c.records {
		if asks(r) {
			ids = append(ids, r.User.ID)
		}
	}
	began := time.Now()
	known, err := j.Ledger.Lookup(ctx, ids, c.room())
	j.Stats.Add(telemetry.Ledger, began)
	if err != nil {
		return err
	}
	c.known = spread(known, c.records)
	for i, r := range c.records {
		if r.Suspect != nil && c.known[i].State != user.Absent {
			r.Accept()
		}
	}
	return nil
}

// asks reports whether the ledger is asked for a record.
func asks(r *user.Record) bool {
	return !r.Origin.Elsewhere && (r.Err == nil || r.OnlySuspect())
}

// spread gives each of the records its place, where known has only those that are asked for.
func spread(known []user.LedgerEntry, records []*user.Record) []user.LedgerEntry {
	if len(known) == len(records) { // nearly always
		return known
	}
	all := make([]user.LedgerEntry, len(records))
	for i, r := range records {
		if asks(r) {
			all[i], known = known[0], known[1:]
		}
	}
	return all
}
