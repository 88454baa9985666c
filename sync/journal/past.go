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

// Past is what a run has done, as far as a resume needs it.
type Past struct {
	// Begun is false if the header never got to the disk: nothing was sent, and
	// nothing else here is set.
	Begun   bool
	Header  Header
	Resumed []Resumed
	Mark    Mark // the last one; its zero value if there is none
	// Settled are the outcomes beyond Mark, and Sent the records beyond it that
	// were sent, or about to be, and not settled: both by record, and together
	// at most MostBeyond. After a power loss more may have been sent than Sent
	// tells, except of unsafe Ops and in a journal that is Synced.
	Settled []user.Settled
	Sent    []Sent
	End     *End // nil if the run was killed, or goes on
	// Size is the length of what is whole, and Torn what a crash has left behind
	// that: Continue cuts it away.
	Size int64
	Torn int64
}

// Over reports whether the run ended for good.
func (p *Past) Over() bool { return p.End != nil && p.End.State != Stopped }

// Resumable reports whether the run can be continued: it has begun, did not
// end for good, and is not a rehearsal, whose sandbox ended with it.
func (p *Past) Resumable() bool { return p.Begun && !p.Over() && !p.Header.Rehearsal }

// Advance moves to the mark m if it is later, for the ledger's mark is written
// before the journal's.
func (p *Past) Advance(m Mark) {
	if m.Record <= p.Mark.Record {
		return
	}
	p.Mark = m
	p.drop()
}

// Read reads the journal of the given size in r. Damage that no crash leaves
// behind is a *DamagedError; another version of the file a *FormatError.
// Memory: what lies beyond the last mark.
func Read(r io.ReaderAt, size int64) (*Past, error) {
	b := builder{past: &Past{}}
	for f, err := range Frames(r, size) {
		if err == nil {
			err = b.add(f)
		}
		if err != nil {
			return nil, err
		}
		b.past.Size = f.end
	}
	b.past.Torn = size - b.past.Size
	if err := b.settle(); err != nil {
		return nil, err
	}
	return b.past, nil
}

// ReadHeader returns the header of the journal of the given size in r; the zero Header
// if it never got to the disk. It reads the first frame.
func ReadHeader(r io.ReaderAt, size int64) (Header, error) {
	for f, err := range Frames(r, size) {
		b := builder{past: &Past{}}
		if err == nil {
			err = b.add(f)
		}
		return b.past.Header, err
	}
	return Header{}, nil
}

// FormatError is a journal that another version of usersync wrote.
type FormatError struct{ Format int }

// Error names both formats.
func (e *FormatError) Error() string {
	return fmt.Sprintf("the journal has format %d, and this program reads format %d", e.Format, Format)
}

// Hint says what to do about it.
func (e *FormatError) Hint() string { return "use the version of usersync that began the run" }

// builder holds the frames that speak of records beyond the last mark, still
// folded up: most are behind a mark before anybody looks.
type builder struct {
	past *Past
	held []Frame
}

func (b *builder) add(f Frame) error {
	p := b.past
	switch {
	case p.Begun == (f.kind == kindHeader):
		return &DamagedError{f.At, "the header must be the first frame and the only one"}
	case p.Over():
		return &DamagedError{f.At, "there is more behind the end"}
	case p.End != nil && f.kind != kindResumed:
		return &DamagedError{f.At, "the run goes on without having been resumed"}
	}
	switch f.kind {
	case kindHeader:
		p.Begun = true
		return b.header(f)
	case kindSent, kindSettled:
		return b.hold(f)
	case kindMark:
		return b.mark(f)
	case kindEnd:
		p.End = &End{}
		return f.fact(p.End)
	case kindResumed:
		var r Resumed
		err := f.fact(&r)
		p.End, p.Resumed = nil, append(p.Resumed, r)
		return err
	}
	return f.blame(errBody)
}

func (b *builder) header(f Frame) error {
	h := &b.past.Header
	if err := f.fact(h); err != nil {
		return err
	}
	if h.Format != Format {
		return &FormatError{h.Format}
	}
	return nil
}

func (b *builder) hold(f Frame) error {
	if f.last > b.past.Mark.Record+MostBeyond {
		return &DamagedError{f.At, fmt.Sprintf("record %d lies more than %d behind the mark", f.last, MostBeyond)}
	}
	if f.last > b.past.Mark.Record {
		f.body = bytes.Clone(f.body)
		b.held = append(b.held, f)
	}
	return nil
}

func (b *builder) mark(f Frame) error {
	m, _, err := f.Mark()
	if err != nil {
		return err
	}
	if m.Record < b.past.Mark.Record {
		return &DamagedError{f.At, fmt.Sprintf("the mark goes back from record %d to %d", b.past.Mark.Record, m.Record)}
	}
	b.past.Mark = m
	b.held = slices.DeleteFunc(b.held, func(f Frame) bool { return f.last <= m.Record })
	return nil
}

// settle unfolds what is held. A record that was sent after it was settled is
// one that is not settled.
func (b *builder) settle() error {
	sent, settled := map[int]Sent{}, map[int]user.Settled{}
	for _, f := range b.held {
		calls, err := f.Sent()
		if err != nil {
			return err
		}
		for _, s := range calls {
			if s.Op == takenBack {
				if sent[s.Record].Op == user.Create {
					delete(sent, s.Record)
				}
				continue
			}
			sent[s.Record] = s
			delete(settled, s.Record)
		}
		if err := b.outcomes(f, sent, settled); err != nil {
			return err
		}
	}
	b.past.Sent = slices.SortedFunc(maps.Values(sent), func(a, b Sent) int { return cmp.Compare(a.Record, b.Record) })
	b.past.Settled = slices.SortedFunc(maps.Values(settled), func(a, b user.Settled) int { return cmp.Compare(a.Record, b.Record) })
	b.past.drop()
	return nil
}

func (b *builder) outcomes(f Frame, sent map[int]Sent, settled map[int]user.Settled) error {
	outcomes, err := f.Settled()
	for _, o := range outcomes {
		if o.Record <= b.past.Mark.Record {
			continue // what was sent of it since may stand in frames that are let go
		}
		if before, twice := settled[o.Record]; twice && before != o {
			return &DamagedError{f.At, fmt.Sprintf("record %d has two outcomes", o.Record)}
		}
		settled[o.Record] = o
		delete(sent, o.Record)
	}
	return err
}

// drop lets go of what lies before the mark.
func (p *Past) drop() {
	p.Settled = slices.DeleteFunc(p.Settled, func(o user.Settled) bool { return o.Record <= p.Mark.Record })
	p.Sent = slices.DeleteFunc(p.Sent, func(s Sent) bool { return s.Record <= p.Mark.Record })
}
