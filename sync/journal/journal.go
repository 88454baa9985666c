// Package journal records what a run does: each record before it is sent, each
// outcome when it arrives, and checkpoints, up to which everything is on disk. A
// killed run is resumed from its journal.
//
// It is one file that only grows. A kill -9 loses nothing that was written; a
// power loss or a full disk loses at most the frames after the last sync. It holds
// ids and what results hold, and no other data of a user. What to do with all this
// is up to the engine.
//
// Start at Create to write a journal, at Read for what a resume needs, and at
// Frames to read all of it.
package journal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"usersync/sync/user"
)

// File is where a journal is written: a file opened for appending, without a
// buffer, because a Write must survive the death of the process.
type File interface {
	io.Writer
	Sync() error
	Truncate(size int64) error
}

// MaxUncheckpointed is how many records there may be between the last checkpoint
// and the newest record. It bounds the memory of a resume.
const MaxUncheckpointed = 1 << 16

// ErrEnded says that the run of the journal has already ended.
var ErrEnded = errors.New("the journal has ended")

// Journal writes the journal of one run. It is safe for concurrent use.
//
// The first error is kept, and every later call returns it: what could not be
// recorded must not be sent.
type Journal struct {
	file   File
	unsafe []user.Op
	synced bool // every frame is synced

	mu             sync.Mutex
	buf            []byte // one frame, reused
	at             int64  // bytes written
	safe           int64  // bytes known to be synced
	lastCheckpoint int    // record of the last checkpoint
	inherited      int    // the last record that earlier parts of the run left sent or settled
	ended          bool
	err            error
	syncing        chan struct{} // closed when the sync in progress ends; nil if there is none
}

// Create begins a journal in f. f must be empty: truncate one whose History has
// not begun. When Create returns without an error, the header is synced.
func Create(f File, h Header) (*Journal, error) {
	h.Format = Format
	h.Started = h.Started.UTC()
	j := &Journal{file: f, unsafe: slices.Clone(h.Unsafe), synced: h.Synced}
	if err := j.writeFact(kindHeader, h); err != nil {
		return nil, fmt.Errorf("begin the journal: %w", err)
	}
	return j, nil
}

// Continue reopens the journal that past was read from: it truncates f to
// past.Size, which removes the remains of a crash, and syncs the rest. The error
// is ErrEnded if the run ended for good. A run that has not begun is an error too:
// use Create.
func Continue(f File, history *History, r Resumed) (*Journal, error) {
	if !history.Begun {
		return nil, errors.New("continue the journal: it has no header; nothing was sent, so create it again")
	}
	if history.Over() {
		return nil, fmt.Errorf("continue the journal: %w", ErrEnded)
	}
	j := &Journal{file: f, unsafe: slices.Clone(history.Header.Unsafe), synced: history.Header.Synced, at: history.Size, lastCheckpoint: history.Checkpoint.Record}
	for _, s := range history.Sent {
		j.inherited = max(j.inherited, s.Record)
	}
	for _, o := range history.Settled {
		j.inherited = max(j.inherited, o.Record)
	}
	r.At = r.At.UTC()
	if err := f.Truncate(history.Size); err != nil {
		return nil, fmt.Errorf("truncate the journal to %d bytes: %w", history.Size, err)
	}
	if err := j.writeFact(kindResumed, r); err != nil {
		return nil, fmt.Errorf("continue the journal: %w", err)
	}
	return j, nil
}

// Sent records that the records of b are about to be sent. Call it before every
// call, and make the call only if it returns nil. The frame survives the death of
// the process and, for an unsafe op, also a power loss.
func (j *Journal) Sent(b user.Batch) error {
	last := 0
	for _, r := range b.Records {
		last = max(last, r.Origin.Record)
	}
	j.mu.Lock()
	frame, err := appendSent(j.begin(sentKind(b), last), b, sentKind(b) == kindSentHashed)
	return j.commit(frame, cmp.Or(err, j.within(last)), j.synced || slices.Contains(j.unsafe, b.Op))
}

// Looked records which rows are about to be compared with what the API holds, without
// saying that anything is sent. It does nothing for records without a hash.
func (j *Journal) Looked(b user.Batch) error {
	if sentKind(b) != kindSentHashed {
		return nil
	}
	last := 0
	for _, r := range b.Records {
		last = max(last, r.Origin.Record)
	}
	j.mu.Lock()
	frame, err := appendSent(j.begin(kindSentHashed, last), user.Batch{Op: notSent, Records: b.Records}, true)
	return j.commit(frame, cmp.Or(err, j.within(last)), false)
}

// Unsent takes back creates that Sent recorded: they certainly were not made. It
// does not wait for a sync, because losing the frame costs only a look-up or a
// doubt.
func (j *Journal) Unsent(records []*user.Record) error { return j.takeBack(records, 0) }

// Untaken takes back all that Sent recorded of records: no call can have delivered them.
// It does not wait for a sync, as Unsent.
func (j *Journal) Untaken(records []*user.Record) error { return j.takeBack(records, untaken) }

func (j *Journal) takeBack(records []*user.Record, batch int) error {
	last := 0
	for _, r := range records {
		last = max(last, r.Origin.Record)
	}
	j.mu.Lock()
	frame, err := appendSent(j.begin(kindSent, last), user.Batch{Op: notSent, Number: batch, Records: records}, false)
	return j.commit(frame, cmp.Or(err, j.within(last)), false)
}

// within checks that a resume could hold the records between the checkpoint and
// this one.
func (j *Journal) within(record int) error {
	if record > j.lastCheckpoint+MaxUncheckpointed {
		return fmt.Errorf("record %d is more than %d after the checkpoint at %d", record, MaxUncheckpointed, j.lastCheckpoint)
	}
	return nil
}

// Settled records outcomes, in any order. Outcomes that are not final are skipped.
// For an unsafe Action the frame survives a power loss.
func (j *Journal) Settled(outcomes []user.Outcome) error {
	last, durable := 0, j.synced
	for i := range outcomes {
		if o := &outcomes[i]; o.Status.Final() {
			last = max(last, o.Record.Origin.Record)
			durable = durable || slices.Contains(j.unsafe, o.Action)
		}
	}
	if last == 0 {
		return nil
	}
	j.mu.Lock()
	frame, err := appendSettled(j.begin(kindSettled, last), outcomes)
	return j.commit(frame, cmp.Or(err, j.within(last)), durable)
}

// Checkpoint records that everything about the records up to m.Record is on disk,
// and syncs the journal. A checkpoint before the last one is an error.
func (j *Journal) Checkpoint(m Checkpoint) error {
	m.At = m.At.UTC()
	body, err := json.Marshal(m)
	j.mu.Lock()
	if m.Record < j.lastCheckpoint {
		err = fmt.Errorf("checkpoint at record %d after one at %d", m.Record, j.lastCheckpoint)
	}
	j.lastCheckpoint = max(m.Record, j.lastCheckpoint)
	return j.commit(append(j.begin(kindCheckpoint, m.Record), body...), err, true)
}

// Finish records how the run ended and syncs the journal. Every later write is
// ErrEnded. The file stays open: it is the caller's.
func (j *Journal) Finish(e End) error {
	e.At = e.At.UTC()
	if err := j.writeFact(kindEnd, e); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	return nil
}

// Inherits reports whether earlier parts of the run have left something after a record:
// users that were sent or settled.
func (j *Journal) Inherits(record int) bool { return j.inherited > record }

// Size returns the size of the journal, in bytes.
func (j *Journal) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.at
}
