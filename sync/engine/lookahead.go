package engine

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// lookAhead looks up each chunk in the ledger, ahead of the planner. While a chunk is looked
// up, the one before it is passed to Looked, which may ask the ledger, too. Once ctx is done, all
// of it ends: wait for that.
func (j Job) lookAhead(ctx context.Context, all *sync.WaitGroup, chunks <-chan chunk) <-chan chunk {
	if j.Ledger != nil {
		free := make(chan []user.LedgerEntry, 3) // chunks that are looked up, passed to Looked and planned
		chunks = ahead(ctx, all, grouped(ctx, chunks), func(ctx context.Context, c *chunk) error {
			c.free = free
			return j.ask(ctx, c)
		})
	}
	if j.Looked != nil {
		chunks = ahead(ctx, all, each(ctx, chunks), j.look)
	}
	return chunks
}

// ahead does something with chunks in its own goroutine, and passes them on. If it fails with
// one, none of its records may be sent.
func ahead(ctx context.Context, all *sync.WaitGroup, chunks iter.Seq[chunk], do func(context.Context, *chunk) error) <-chan chunk {
	done := make(chan chunk)
	all.Go(func() {
		defer close(done)
		defer onPanic(func(err error) { pass(ctx, done, chunk{err: err}) })
		for c := range chunks {
			if c.err == nil {
				if err := do(ctx, &c); err != nil {
					c = chunk{err: err}
				}
			}
			if !pass(ctx, done, c) || c.err != nil {
				return
			}
		}
	})
	return done
}

// each yields the chunks until the run ends, for which a reader that is blocked does not wait.
func each(ctx context.Context, chunks <-chan chunk) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		for {
			select {
			case c, more := <-chunks:
				if !more || !yield(c) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// grouped yields the chunks that wait together, and the error after them.
func grouped(ctx context.Context, chunks <-chan chunk) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		for c := range each(ctx, chunks) {
			c, last := together(c, chunks)
			if !yield(c) || last != nil && !yield(*last) {
				return
			}
		}
	}
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

// look passes a chunk to Looked.
func (j Job) look(ctx context.Context, c *chunk) error {
	own := c.own()
	if err := j.Looked(ctx, own.records, own.known, c.checkpoint); err != nil {
		return fmt.Errorf("ask the ledger: %w", err)
	}
	return nil
}

// ask adds to a chunk what the ledger knows of its records.
func (j Job) ask(ctx context.Context, c *chunk) error {
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
		return fmt.Errorf("ask the ledger: %w", err)
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
