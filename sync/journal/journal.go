// Package journal keeps what a run has done: what is being sent before it is
// sent, what came back at once, and now and then a mark up to which everything
// is on disk. It is what a run that was killed is resumed from.
//
// It is one file that only grows. A kill -9 costs nothing that was written; a
// power loss or a full disk costs at most the frames behind the last one that
// was brought to the disk. It holds ids and what results hold, and no other
// data of a user. It does not say what to do with what it tells: that is the
// engine's.
//
// Start at Create to write one, at Read for what a resume needs of it, and at
// Frames to walk through all of it.
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

// File is where a journal is written: a file that was opened to append, not
// buffered, for a Write must survive the death of the process.
type File interface {
	io.Writer
	Sync() error
	Truncate(size int64) error
}

// MostBeyond is how many records may lie between the last mark and the newest
// record: what is read and not written, and what is written since the mark.
// It bounds the memory of a resume.
const MostBeyond = 1 << 16

// ErrEnded says that the journal has its end already.
var ErrEnded = errors.New("the journal has ended")

// Journal writes the journal of one run. Its methods may be called by several
// goroutines at once.
//
// The first error is kept, and every later call returns it: what could not be
// written down must not be sent.
type Journal struct {
	file   File
	unsafe []user.Op
	synced bool // every note is brought to the disk

	mu    sync.Mutex
	buf   []byte // one frame, used again
	at    int64  // bytes written
	safe  int64  // bytes known to be on the disk
	mark  int    // record of the last mark
	last  int    // the last record that was sent or settled
	ended bool
	err   error

	syncing sync.Mutex // one goroutine syncs for all that wait
}

// Create begins a journal in f, which is empty: one whose Past has not begun
// must be cut to nothing before. When it returns without an
// error, the header is on the disk.
func Create(f File, h Header) (*Journal, error) {
	h.Format = Format
	h.Started = h.Started.UTC()
	j := &Journal{file: f, unsafe: slices.Clone(h.Unsafe), synced: h.Synced}
	if err := j.writeFact(kindHeader, h); err != nil {
		return nil, fmt.Errorf("begin the journal: %w", err)
	}
	return j, nil
}

// Continue goes on with the journal that past was read from: it cuts away what
// a crash has left behind past.Size, and brings to the disk what lies before.
// A run that ended for good is ErrEnded; one that has not begun is an error,
// for which there is Create.
func Continue(f File, past *Past, r Resumed) (*Journal, error) {
	if !past.Begun {
		return nil, errors.New("continue the journal: it has no header; nothing was sent, so create it anew")
	}
	if past.Over() {
		return nil, fmt.Errorf("continue the journal: %w", ErrEnded)
	}
	j := &Journal{file: f, unsafe: slices.Clone(past.Header.Unsafe), synced: past.Header.Synced, at: past.Size, mark: past.Mark.Record}
	for _, s := range past.Sent {
		j.last = max(j.last, s.Record)
	}
	for _, o := range past.Settled {
		j.last = max(j.last, o.Record)
	}
	r.At = r.At.UTC()
	if err := f.Truncate(past.Size); err != nil {
		return nil, fmt.Errorf("cut the journal back to %d bytes: %w", past.Size, err)
	}
	if err := j.writeFact(kindResumed, r); err != nil {
		return nil, fmt.Errorf("continue the journal: %w", err)
	}
	return j, nil
}

// Sent notes that the records of b are about to be sent. Call it before every
// call: only if it returns nil may the call be made. The note survives the
// death of the process, and for an unsafe Op also a power loss.
func (j *Journal) Sent(b user.Batch) error {
	last := 0
	for _, r := range b.Records {
		last = max(last, r.Origin.Record)
	}
	j.mu.Lock()
	j.last = max(j.last, last)
	frame, err := appendSent(j.begin(kindSent, last), b)
	return j.commit(frame, cmp.Or(err, j.within(last)), j.synced || slices.Contains(j.unsafe, b.Op))
}

// Unsent takes back what Sent noted of creates: they certainly were not made. To
// lose this note costs a look-up, or a doubt, so that nobody waits for the disk.
func (j *Journal) Unsent(records []*user.Record) error {
	last := 0
	for _, r := range records {
		last = max(last, r.Origin.Record)
	}
	j.mu.Lock()
	frame, err := appendSent(j.begin(kindSent, last), user.Batch{Op: takenBack, Records: records})
	return j.commit(frame, cmp.Or(err, j.within(last)), false)
}

// within checks that a resume could hold what lies between the mark and a
// record.
func (j *Journal) within(record int) error {
	if record > j.mark+MostBeyond {
		return fmt.Errorf("record %d lies more than %d behind the mark at %d", record, MostBeyond, j.mark)
	}
	return nil
}

// Settled notes what became of records, in any order. Outcomes that are not
// final are passed over. For an unsafe Action the note survives a power loss.
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
	j.last = max(j.last, last)
	frame, err := appendSettled(j.begin(kindSettled, last), outcomes)
	return j.commit(frame, cmp.Or(err, j.within(last)), durable)
}

// Mark notes that every record up to m.Record is on the disk everywhere, and
// brings the journal to the disk. Marks do not go back.
func (j *Journal) Mark(m Mark) error {
	m.At = m.At.UTC()
	body, err := json.Marshal(m)
	j.mu.Lock()
	if m.Record < j.mark {
		err = fmt.Errorf("mark at record %d after one at %d", m.Record, j.mark)
	}
	j.mark = max(m.Record, j.mark)
	return j.commit(append(j.begin(kindMark, m.Record), body...), err, true)
}

// Finish notes how the run ended and brings the journal to the disk. Nothing
// can be written after it. The file stays open: it is the caller's.
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

// MarkedTo reports whether a mark at a record covers all that was noted, so that
// nothing stands here alone.
func (j *Journal) MarkedTo(record int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last <= record
}

// Size returns how many bytes were written.
func (j *Journal) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.at
}

func (j *Journal) fail(err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = err
	}
	return j.err
}
