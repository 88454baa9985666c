package journal

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"usersync/sync/user"
)

// History is what a run has done, as far as a resume needs it.
type History struct {
	// Begun is false if the header never got to the disk: nothing was sent, and
	// only Torn is set.
	Begun      bool
	Header     Header
	Resumed    []Resumed
	Checkpoint Checkpoint // the last one; its zero value if there is none
	// Settled are the outcomes after Checkpoint, and Sent the records after it
	// that were sent, or about to be, and have no outcome: both by record, and
	// together at most MaxUncheckpointed. After a power loss Sent may be missing
	// records, except for unsafe ops and in a Synced journal.
	Settled []user.Settled
	Sent    []Sent
	// Hashes are those of rows after Checkpoint that were sent, by record.
	Hashes map[int]uint64
	End    *End // nil if the run was killed, or is still running
	// Size is the length of the intact part in bytes, and Torn that of the remains
	// of a crash after it, which Continue removes.
	Size int64
	Torn int64
}

// Over reports whether the run ended for good.
func (p *History) Over() bool { return p.End != nil && p.End.State != Stopped }

// Resumable reports whether the run can be continued: it has begun, did not end
// for good, and did not go to the built-in sandbox, which ended with it.
func (p *History) Resumable() bool { return p.Begun && !p.Over() && !p.Header.Sandbox }

// Advance moves to the checkpoint m if it is later: the ledger's checkpoint is
// written before the journal's.
func (p *History) Advance(m Checkpoint) {
	if m.Record <= p.Checkpoint.Record {
		return
	}
	m.Noted = p.Checkpoint.Noted // the ledger has none
	for i := range p.Settled {
		if s := &p.Settled[i]; s.Record <= m.Record { // a guard counts all of them
			m.Noted.Deletes.Add(&user.Outcome{Status: s.Status, Code: s.Code, Remembered: s.Remembered})
		}
	}
	p.Checkpoint = m
	p.drop()
}

// Read reads the journal of the given size in r. Damage that no crash can cause is
// a *DamagedError; another version of the file is a *FormatError. It holds in
// memory what follows the last checkpoint.
func Read(r io.ReaderAt, size int64) (*History, error) {
	b := builder{history: &History{}}
	for f, err := range Frames(r, size) {
		if err == nil {
			err = b.add(f)
		}
		if err != nil {
			return nil, err
		}
		b.history.Size = f.end
	}
	b.history.Torn = size - b.history.Size
	if err := b.resolve(); err != nil {
		return nil, err
	}
	return b.history, nil
}

// ReadHeader returns the header of the journal of the given size in r; the zero Header if
// it never got to the disk. It reads only the first frame, and fails as Read does.
func ReadHeader(r io.ReaderAt, size int64) (Header, error) {
	for f, err := range Frames(r, size) {
		b := builder{history: &History{}}
		if err == nil {
			err = b.add(f)
		}
		return b.history.Header, err
	}
	return Header{}, nil
}

// FormatError reports a journal that another version of usersync wrote.
type FormatError struct{ Format int }

// Error names the journal's format and this program's.
func (e *FormatError) Error() string {
	return fmt.Sprintf("the journal has format %d, and this program reads format %d", e.Format, Format)
}

// Hint says what to do about it.
func (e *FormatError) Hint() string { return "use the version of usersync that started the run" }

// builder holds the frames with records after the last checkpoint. It decodes them
// at the end, because the next checkpoint makes most of them unnecessary.
type builder struct {
	history *History
	held    []Frame
}

func (b *builder) add(f Frame) error {
	p := b.history
	switch {
	case p.Begun == (f.kind == kindHeader):
		return &DamagedError{f.At, "the header must be the first frame and the only one"}
	case p.Over():
		return &DamagedError{f.At, "there is more after the end"}
	case p.End != nil && f.kind != kindResumed:
		return &DamagedError{f.At, "the run continues without having been resumed"}
	}
	switch f.kind {
	case kindHeader:
		p.Begun = true
		return b.header(f)
	case kindSent, kindSentHashed, kindSettled:
		return b.hold(f)
	case kindCheckpoint:
		return b.checkpoint(f)
	case kindEnd:
		p.End = &End{}
		return f.fact(p.End)
	case kindResumed:
		var r Resumed
		err := f.fact(&r)
		p.End, p.Resumed = nil, append(p.Resumed, r)
		return err
	}
	return f.damaged(errBody)
}

func (b *builder) header(f Frame) error {
	h := &b.history.Header
	if err := f.fact(h); err != nil {
		return err
	}
	if h.Format != Format {
		return &FormatError{h.Format}
	}
	return nil
}

func (b *builder) hold(f Frame) error {
	if f.last > b.history.Checkpoint.Record+MaxUncheckpointed {
		return &DamagedError{f.At, fmt.Sprintf("record %d is more than %d after the checkpoint", f.last, MaxUncheckpointed)}
	}
	if f.last > b.history.Checkpoint.Record {
		f.body = bytes.Clone(f.body)
		b.held = append(b.held, f)
	}
	return nil
}

func (b *builder) checkpoint(f Frame) error {
	m, _, err := f.Checkpoint()
	if err != nil {
		return err
	}
	if m.Record < b.history.Checkpoint.Record {
		return &DamagedError{f.At, fmt.Sprintf("the checkpoint moves back from record %d to %d", b.history.Checkpoint.Record, m.Record)}
	}
	b.history.Checkpoint = m
	b.held = slices.DeleteFunc(b.held, func(f Frame) bool { return f.last <= m.Record })
	return nil
}

// resolve decodes the frames held. A record that was sent again after it was
// settled counts as sent, not as settled.
func (b *builder) resolve() error {
	sent, settled := map[int]Sent{}, map[int]user.Settled{}
	for _, f := range b.held {
		calls, err := f.Sent()
		if err != nil {
			return err
		}
		for _, s := range calls {
			if s.Hash != 0 {
				b.history.remember(s)
			}
			if s.Op == notSent {
				// A frame with hashes says who is looked at, and takes nothing back.
				if s.Hash == 0 && (s.Batch == untaken || sent[s.Record].Op == user.Create) {
					delete(sent, s.Record)
				}
				continue
			}
			sent[s.Record] = s
			delete(settled, s.Record)
		}
		if err := b.addOutcomes(f, sent, settled); err != nil {
			return err
		}
	}
	b.history.Sent = slices.SortedFunc(maps.Values(sent), func(a, b Sent) int { return cmp.Compare(a.Record, b.Record) })
	b.history.Settled = slices.SortedFunc(maps.Values(settled), func(a, b user.Settled) int { return cmp.Compare(a.Record, b.Record) })
	b.history.drop()
	return nil
}

func (b *builder) addOutcomes(f Frame, sent map[int]Sent, settled map[int]user.Settled) error {
	outcomes, err := f.Settled()
	for _, o := range outcomes {
		if o.Record <= b.history.Checkpoint.Record {
			continue // it may have been sent again since, in a frame that was dropped
		}
		if before, twice := settled[o.Record]; twice && before != o {
			return &DamagedError{f.At, fmt.Sprintf("record %d has two outcomes", o.Record)}
		}
		settled[o.Record] = o
		delete(sent, o.Record)
	}
	return err
}

func (p *History) remember(s Sent) {
	if p.Hashes == nil {
		p.Hashes = map[int]uint64{}
	}
	p.Hashes[s.Record] = s.Hash
}

// drop removes what the checkpoint covers.
func (p *History) drop() {
	maps.DeleteFunc(p.Hashes, func(record int, _ uint64) bool { return record <= p.Checkpoint.Record })
	p.Settled = slices.DeleteFunc(p.Settled, func(o user.Settled) bool { return o.Record <= p.Checkpoint.Record })
	p.Sent = slices.DeleteFunc(p.Sent, func(s Sent) bool { return s.Record <= p.Checkpoint.Record })
}
