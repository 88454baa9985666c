package plan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Plan is a plan file that was read once, from end to end, and found to be complete. It is
// for one goroutine. The methods of a nil Plan change nothing: no plan is applied.
type Plan struct {
	Path       string // as given to Open
	SHA256     string // of the whole file
	Header     Header
	ApprovedBy string // set by the caller, for reports

	end   end
	key   fingerprint.Key
	file  *os.File
	lines *bufio.Reader // after the header
	merge *merge        // the current position in the input and the lines
}

// Open opens a plan and reads it to its end. One that was truncated or edited, or that is
// world-writable, is an *Error.
func Open(path string) (p *Plan, err error) {
	p = &Plan{Path: path}
	if p.file, err = os.Open(path); err != nil {
		return nil, fmt.Errorf("apply plan: %w", err)
	}
	if err = errors.Join(p.checkSafe(), p.check()); err == nil {
		err = p.rewind()
	}
	if err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
	return p, nil
}

// Fault returns an *Error about this plan.
func (p *Plan) Fault(format string, args ...any) error {
	return &Error{Path: p.Path, What: fmt.Sprintf(format, args...)}
}

// Calls returns how many calls it holds.
func (p *Plan) Calls() int { return p.end.Calls }

// Records returns how many records the input holds.
func (p *Plan) Records() int { return p.end.Records }

// Bind sets the key of its records' fingerprints, which comes from the input.
func (p *Plan) Bind(key fingerprint.Key) { p.key = key }

// Close closes the file.
func (p *Plan) Close() error {
	if p == nil {
		return nil
	}
	return p.file.Close()
}

// checkSafe refuses a plan that anyone could have written: it names the host that users and
// credentials are sent to.
func (p *Plan) checkSafe() error {
	info, err := p.file.Stat()
	if err != nil {
		return fmt.Errorf("apply plan: %w", err)
	}
	if info.Mode().Perm()&0o002 != 0 {
		return p.Fault("it is world-writable")
	}
	return nil
}

// check reads the file to its end.
func (p *Plan) check() error {
	whole, before := sha256.New(), sha256.New()
	lines := bufio.NewReader(io.TeeReader(p.file, whole))
	var last []byte
	n := 0
	for ; ; n++ {
		text, err := lines.ReadBytes('\n')
		if err == io.EOF && len(text) == 0 {
			break
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("apply plan %s: %w", p.Path, err)
		}
		if n == 0 && (json.Unmarshal(text, &p.Header) != nil || p.Header.Format == 0) {
			return p.Fault("this is not a usersync plan")
		}
		if n == 0 && p.Header.Format != format {
			return p.Fault("it has format %d, and this program reads format %d", p.Header.Format, format)
		}
		before.Write(last) // a hash never fails
		last = text
	}
	p.SHA256 = hex.EncodeToString(whole.Sum(nil))
	if n < 2 || !bytes.HasSuffix(last, []byte("\n")) || json.Unmarshal(last, &p.end) != nil || p.end.SHA256 == "" {
		return p.Fault("it is incomplete: its last line is missing")
	}
	if p.end.SHA256 != hex.EncodeToString(before.Sum(nil)) || p.end.Lines != n-2 {
		return p.Fault("it was changed after it was made")
	}
	return nil
}

func (p *Plan) rewind() error {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("apply plan %s: %w", p.Path, err)
	}
	p.lines = bufio.NewReader(p.file)
	_, err := p.lines.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = p.lines.ReadSlice('\n')
	}
	return err
}

// Apply gives the records the calls that the plan holds for them. Records up to the ordinal
// written got theirs in an earlier part of the run. A record that does not match the plan is
// an *Error.
func (p *Plan) Apply(records iter.Seq2[*user.Record, error], written int) iter.Seq2[*user.Record, error] {
	if p == nil {
		return records
	}
	return func(yield func(*user.Record, error) bool) {
		m := &merge{plan: p, fingerprints: newFingerprints(p.key), left: p.end.Lines, last: written}
		p.merge = m
		err := m.advance(written)
		for r, failed := range records {
			if err == nil && failed == nil {
				err = m.take(r)
			}
			if err = errors.Join(failed, err); err != nil {
				yield(nil, err)
				return
			}
			if !yield(r, nil) {
				return
			}
		}
		if err := m.end(written); err != nil {
			yield(nil, err)
		}
	}
}

// merge walks the records and the lines of a plan in parallel.
type merge struct {
	plan         *Plan
	fingerprints *fingerprints
	left         int // lines not read yet
	next         line
	last         int // record
}

// advance moves to the first line after a record.
func (m *merge) advance(record int) error {
	for m.next.Record <= record {
		if m.left == 0 {
			m.next = line{}
			return nil
		}
		m.left--
		text, err := m.plan.lines.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("apply plan %s: %w", m.plan.Path, err)
		}
		before := m.next.Record
		m.next = line{}
		if json.Unmarshal(text, &m.next) != nil || m.next.Record <= before || !slices.Contains(plannedOps(), m.next.Op) {
			return m.plan.Fault("a line after record %d cannot be read", before)
		}
	}
	return nil
}

func plannedOps() []user.Op {
	return []user.Op{user.Create, user.Update, user.Delete, user.SameAsPlanned}
}

func (m *merge) take(r *user.Record) error {
	m.last = r.Origin.Record
	if m.next.Record != m.last {
		return nil
	}
	if r.Err != nil || m.next.ID != r.User.ID || m.next.Print != m.fingerprints.of(&r.User) {
		return m.plan.Fault("record %d is not what it was when the plan was made", m.last)
	}
	r.Planned = m.next.Op
	return m.advance(m.last)
}

// pass leaves a record without the call that the plan may hold for it.
func (m *merge) pass(r *user.Record) error {
	m.last = r.Origin.Record
	return m.advance(m.last)
}

// end finds records of the plan that are missing from the input. Lines after it are deletions
// of a mirror, and written may be one of them.
func (m *merge) end(written int) error {
	records := m.plan.end.Records
	if m.last != max(records, written) || m.next.Record != 0 && m.next.Record <= records {
		return m.plan.Fault("it was made for %s, but the input has %d", count(records), m.last)
	}
	return nil
}

func count(records int) string {
	if records == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", records)
}
