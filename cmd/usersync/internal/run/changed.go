package run

import (
	"errors"
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	"usersync/reader/place"
	"usersync/reader/source"
	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// sentRecords is the journal, and counts the records of which it is told that they
// were sent and settled.
type sentRecords struct {
	*journal.Journal
	hashes fingerprint.Rows
	count  atomic.Int64
}

// Sent gives each record the hash of its row, by which a resume recognises it.
func (s *sentRecords) Sent(b user.Batch) error {
	s.hash(b)
	return s.Journal.Sent(b)
}

// Looked does that for records that a read comes before.
func (s *sentRecords) Looked(b user.Batch) error {
	s.hash(b)
	return s.Journal.Looked(b)
}

func (s *sentRecords) hash(b user.Batch) {
	for _, r := range b.Records {
		if r.Hash == 0 {
			r.Hash = s.hashes.Hash(r)
		}
	}
}

// Settled counts the outcomes of records that a call carried.
func (s *sentRecords) Settled(outcomes []user.Outcome) error {
	called := 0
	for i := range outcomes {
		if outcomes[i].Attempts > 0 {
			called++
		}
	}
	s.count.Add(int64(called))
	return s.Journal.Settled(outcomes)
}

// unchanged compares the input with what it was, when all of it was read. A place that does not
// answer any more, such as after a signature has expired, is no fault then.
func (b *base) unchanged() error {
	err := b.Input.Unchanged()
	if kind, at := place.KindOf(err); !at || kind != place.Lost && kind != place.Denied {
		return err
	}
	b.options.Log.Warn("the input could not be looked at again: it was read to its end, in one version", zap.String("why", err.Error()))
	return nil
}

// checkInput adds to how a run ended that a file was written to since it was opened,
// and how far the run had come when that was found out.
func (r *Run) checkInput(err error) error {
	if err == nil && !r.reading {
		err = r.unchanged()
	}
	if !errors.Is(err, source.ErrChanged) {
		return err
	}
	return fmt.Errorf("%w; records sent before that was found: %d", err, r.sent.count.Load())
}
