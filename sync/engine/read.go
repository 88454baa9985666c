package engine

import (
	"context"
	"slices"
	"time"

	"usersync/sync/user"
)

// chunk is what the reader passes on: records, or the error that ended them.
type chunk struct {
	records    []*user.Record
	known      []user.LedgerEntry      // of each record; nil without a ledger
	checkpoint int                     // the last record that the ledger had seen before the lookup
	free       chan []user.LedgerEntry // takes the memory of known once the chunk is planned
	err        error
}

// room returns the memory of what was known of a chunk that is planned; nil if there is none.
func (c *chunk) room() []user.LedgerEntry {
	select {
	case known := <-c.free:
		return known
	default:
		return nil
	}
}

// release gives the memory of what was known to a later chunk: this one is planned.
func (c *chunk) release() {
	select {
	case c.free <- c.known:
	default:
	}
}

// own is the chunk without records that other shards of the run settle.
func (c chunk) own() chunk {
	if !slices.ContainsFunc(c.records, func(r *user.Record) bool { return r.Origin.Elsewhere }) {
		return c
	}
	var own chunk
	for i, r := range c.records {
		if r.Origin.Elsewhere {
			continue
		}
		own.records = append(own.records, r)
		if c.known != nil {
			own.known = append(own.known, c.known[i])
		}
	}
	return own
}

// read pulls the records in its own goroutine, because a read can block indefinitely.
func (j Job) read(ctx context.Context) (<-chan chunk, <-chan struct{}) {
	chunks, done := make(chan chunk, 1), make(chan struct{})
	go func() {
		defer close(done)
		defer close(chunks)
		defer onPanic(func(err error) { pass(ctx, chunks, chunk{err: err}) })
		for records, err := range j.Records {
			if !pass(ctx, chunks, chunk{records: records, err: err}) {
				return
			}
		}
	}()
	return chunks, done
}

// pass passes a chunk on, unless the run ends first.
func pass(ctx context.Context, to chan<- chunk, c chunk) bool {
	select {
	case to <- c:
		return true
	case <-ctx.Done():
		return false
	}
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-time.After(readerGrace):
		return false
	}
}
