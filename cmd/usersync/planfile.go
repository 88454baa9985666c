package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"time"

	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// planFormat is the version of the file, and the only one read.
const planFormat = 1

// planHeader is the first line of a plan: all that it is bound to but the number
// of records, which is known at its end.
type planHeader struct {
	Format  int       `json:"usersync_plan"`
	Version string    `json:"version"` // of usersync; for people
	Made    time.Time `json:"made"`
	// Args is the command line of a run with the same settings; no secret is one.
	Args          []string      `json:"args"`
	Inputs        []string      `json:"inputs"` // as given
	InputSHA256   string        `json:"input_sha256"`
	InputBytes    int64         `json:"input_bytes"`
	ConfigSHA256  string        `json:"config_sha256"`
	MappingSHA256 string        `json:"mapping_sha256"`
	Scope         journal.Scope `json:"scope"`
	Sandbox       bool          `json:"sandbox,omitempty"`
	Ledger        planLedger    `json:"ledger"`
}

// planLedger says which state of the ledger a plan was made by.
type planLedger struct {
	Kept       bool  `json:"kept"`
	Generation int64 `json:"generation"`
}

// plannedCall is a line of a plan: a call for a record, or that none is needed as
// the plan itself has read. It holds no value of a field.
type plannedCall struct {
	Record int     `json:"record"`
	ID     string  `json:"id"`
	Op     user.Op `json:"op"`
	Print  string  `json:"print"` // of all that the record carries
}

// planEnd is the last line of a plan. What has none is not whole.
type planEnd struct {
	Records int    `json:"records"` // of the input
	Lines   int    `json:"lines"`   // between the header and this one
	Calls   int    `json:"calls"`   // lines with a call
	SHA256  string `json:"sha256"`  // of all lines before this one
}

// planFile is a plan that is being written. It is for one goroutine.
type planFile struct {
	file   *rundir.File
	lines  *bufio.Writer
	digest hash.Hash
	prints *recordPrints
	ends   planEnd

	finished bool
}

func newPlanFile(path string, h planHeader, key ledger.Key) (*planFile, error) {
	file, err := rundir.Replace(path)
	if err != nil {
		return nil, err
	}
	p := &planFile{file: file, digest: sha256.New(), prints: newRecordPrints(key)}
	p.lines = bufio.NewWriter(io.MultiWriter(file, p.digest))
	h.Format = planFormat
	return p, p.write(h)
}

// write writes a line. What went wrong is told again by every later one.
func (p *planFile) write(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := p.lines.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

func (p *planFile) add(r *user.Record, op user.Op) error {
	p.ends.Lines++
	if op != engine.SameAsPlanned {
		p.ends.Calls++
	}
	return p.write(plannedCall{Record: r.Origin.Record, ID: r.User.ID, Op: op, Print: p.prints.of(&r.User)})
}

// finish writes the end and gives the file its name.
func (p *planFile) finish(records int) error {
	if err := p.lines.Flush(); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	p.ends.Records, p.ends.SHA256 = records, hex.EncodeToString(p.digest.Sum(nil))
	err := p.write(p.ends)
	if err == nil {
		err = p.lines.Flush()
	}
	if err == nil {
		err = p.file.Commit()
	}
	p.finished = err == nil
	return err
}

// drop removes what was written so far; after finish it does nothing.
func (p *planFile) drop() error {
	if p.finished {
		return nil
	}
	path := p.file.Path()
	err := p.file.Close()
	if strings.HasSuffix(path, ".partial") { // else it is no file, but a pipe or a device
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// recordPrints makes one print of all that a record carries. It is for one
// goroutine.
type recordPrints struct {
	printer *ledger.Printer
	fields  []user.Print
	text    []byte
}

func newRecordPrints(key ledger.Key) *recordPrints {
	return &recordPrints{printer: ledger.NewPrinter(key)}
}

// of leaves the destination's own key of the user out: the ledger may tell it, and
// is bound itself.
func (p *recordPrints) of(u *user.User) string {
	got := p.printer.Prints(p.fields, u)
	p.fields, p.text = got.Fields, p.text[:0]
	for _, f := range got.Fields {
		p.text = fmt.Appendf(p.text, "%d:%s%x;", len(f.Field), f.Field, f.Sum)
	}
	sum := sha256.Sum256(append(p.text, got.Secrets[:]...))
	return hex.EncodeToString(sum[:8])
}
