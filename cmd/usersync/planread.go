package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/engine"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// plan is a plan file that was read once, from end to end, and found to be whole.
type plan struct {
	path       string
	header     planHeader
	end        planEnd
	sha256     string // of the whole file
	approvedBy string
	key        ledger.Key // of the records' prints; known once the input was read

	file    *os.File
	lines   *bufio.Reader // behind the header
	merging *merging      // where the input and the lines stand
}

// planError is a plan that is not what it was when it was made, or not for what
// it is applied to.
type planError struct {
	path, what string
	replan     string // the command that makes a new one; may be empty
}

func (e *planError) Error() string { return "apply plan " + e.path + ": " + e.what }

// openPlan opens a plan. One that was cut or edited is a *planError.
func openPlan(path string) (p *plan, err error) {
	p = &plan{path: path}
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

func (p *plan) fault(format string, args ...any) error {
	return &planError{path: p.path, what: fmt.Sprintf(format, args...)}
}

func (p *plan) close() error {
	if p == nil {
		return nil
	}
	return p.file.Close()
}

// checkSafe refuses a plan that anybody could have written: it names the host that
// users and credentials go to.
func (p *plan) checkSafe() error {
	info, err := p.file.Stat()
	if err != nil {
		return fmt.Errorf("apply plan: %w", err)
	}
	if info.Mode().Perm()&0o002 != 0 {
		return p.fault("everybody on this machine may write to it")
	}
	return nil
}

// check reads the file to its end.
func (p *plan) check() error {
	whole, before := sha256.New(), sha256.New()
	lines := bufio.NewReader(io.TeeReader(p.file, whole))
	var last []byte
	n := 0
	for ; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			break
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("apply plan %s: %w", p.path, err)
		}
		if n == 0 && (json.Unmarshal(line, &p.header) != nil || p.header.Format == 0) {
			return p.fault("this is no plan of usersync")
		}
		if n == 0 && p.header.Format != planFormat {
			return p.fault("it has format %d, and this program reads format %d", p.header.Format, planFormat)
		}
		before.Write(last) // a hash never fails
		last = line
	}
	p.sha256 = hex.EncodeToString(whole.Sum(nil))
	if n < 2 || !bytes.HasSuffix(last, []byte("\n")) || json.Unmarshal(last, &p.end) != nil || p.end.SHA256 == "" {
		return p.fault("it is not whole: its last line is missing")
	}
	if p.end.SHA256 != hex.EncodeToString(before.Sum(nil)) || p.end.Lines != n-2 {
		return p.fault("it was changed since it was made")
	}
	return nil
}

func (p *plan) rewind() error {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("apply plan %s: %w", p.path, err)
	}
	p.lines = bufio.NewReader(p.file)
	_, err := p.lines.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = p.lines.ReadSlice('\n')
	}
	return err
}

// over gives the records the calls that the plan holds for them. Records up to
// behind were given theirs by an earlier part of the run. Without a plan records
// are left as they are.
func (p *plan) over(records reader.Records, behind int) reader.Records {
	if p == nil {
		return records
	}
	return func(yield func(*user.Record, error) bool) {
		m := &merging{plan: p, prints: newRecordPrints(p.key), left: p.end.Lines, last: behind}
		p.merging = m
		err := m.advance(behind)
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
		if err := m.end(behind); err != nil {
			yield(nil, err)
		}
	}
}

// merging walks records and lines of a plan side by side.
type merging struct {
	plan   *plan
	prints *recordPrints
	left   int // lines that were not read yet
	next   plannedCall
	last   int // record
}

// advance moves to the first line behind a record.
func (m *merging) advance(record int) error {
	for m.next.Record <= record {
		if m.left == 0 {
			m.next = plannedCall{}
			return nil
		}
		m.left--
		line, err := m.plan.lines.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("apply plan %s: %w", m.plan.path, err)
		}
		before := m.next.Record
		m.next = plannedCall{}
		if json.Unmarshal(line, &m.next) != nil || m.next.Record <= before || !slices.Contains(plannedOps(), m.next.Op) {
			return m.plan.fault("a line behind record %d cannot be read", before)
		}
	}
	return nil
}

func plannedOps() []user.Op {
	return []user.Op{user.Create, user.Update, user.Delete, engine.SameAsPlanned}
}

func (m *merging) take(r *user.Record) error {
	m.last = r.Origin.Record
	if m.next.Record != m.last {
		return nil
	}
	if r.Err != nil || m.next.ID != r.User.ID || m.next.Print != m.prints.of(&r.User) {
		return m.plan.fault("record %d is not what it was when the plan was made", m.last)
	}
	r.Planned = m.next.Op
	return m.advance(m.last)
}

// end finds records that the plan knows and the input lacks. Lines beyond it are
// deletions of a mirror, and behind may lie among them.
func (m *merging) end(behind int) error {
	records := m.plan.end.Records
	if m.last != max(records, behind) || m.next.Record != 0 && m.next.Record <= records {
		return m.plan.fault("it was made for %s, and the input has %d", exit.Plural(m.plan.end.Records, "record"), m.last)
	}
	return nil
}
