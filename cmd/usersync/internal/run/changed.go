package run

import (
	"errors"
	"fmt"
	"sync/atomic"

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
	for i := range outcomes {
		if outcomes[i].Attempts > 0 {
			s.count.Add(1)
		}
	}
	return s.Journal.Settled(outcomes)
}

// checkInput adds to how a run ended that a file was written to since it was opened,
// and how far the run had come when that was found out.
func (r *Run) checkInput(err error) error {
	if err == nil && !r.reading {
		err = r.Input.Unchanged()
	}
	if !errors.Is(err, source.ErrChanged) {
		return err
	}
	return fmt.Errorf("%w; records sent before that was found: %d", err, r.sent.count.Load())
}
