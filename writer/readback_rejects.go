package writer

import (
	"bytes"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// Reject is a row of rejects: the record's outcome, with its cells unquoted, and the record
// itself. Of Settled it holds what rejects have columns for: Record, Line, Status, Code and
// Detail.
type Reject struct {
	Place
	user.Settled
	Run string // that rejected the record
	// Raw is the row as it was read, if it could not be parsed. Otherwise Text holds the
	// input's own cells or, for JSON, the members after usersync's own, unchanged but with
	// secrets masked.
	Raw  string
	Text string
}

// ReadRejects reads back what a Writer of NewRejects wrote, with the errors of ReadResults. The
// delimiter of CSV comes from the header. The input's own cells are counted, not checked: they
// are for people to fix.
func ReadRejects(r io.Reader, name string, f Format) iter.Seq2[Reject, error] {
	p := newRejectParser(name, f)
	return func(yield func(Reject, error) bool) {
		for row, err := range rows(r, name, p.csv) {
			reject := Reject{Place: row.Place}
			if err == nil && p.csv && row.Row == 1 {
				if p.header(bytes.TrimSuffix(row.text, []byte("\n"))) {
					continue
				}
				err = &LineError{File: name, Row: row.Row, Rule: ruleHeader}
			} else if err == nil {
				reject, err = p.reject(row)
			}
			if !yield(reject, err) {
				return
			}
		}
	}
}

type rejectParser struct {
	name string
	csv  bool

	cells   csvRejects
	objects *jsonRejects // of the last row
	layouts []*jsonRejects
	columns int // of the header
	written []byte
}

func newRejectParser(name string, f Format) *rejectParser {
	return &rejectParser{name: name, csv: f == FormatCSV, layouts: []*jsonRejects{newJSONRejects(false), newJSONRejects(true)}}
}

// header reads the delimiter and the number of columns from the header.
func (p *rejectParser) header(line []byte) bool {
	rest, isOurs := bytes.CutPrefix(line, []byte(rejectColumns[0].name))
	delimiter, size := utf8.DecodeRune(rest)
	if !isOurs || size == 0 || !validDelimiter(delimiter) {
		p.cells = newCSVRejects(',', false)
		return false
	}
	for _, files := range []bool{true, false} {
		p.cells = newCSVRejects(delimiter, files)
		rest, isOurs = bytes.CutPrefix(line, p.cells.front())
		if isOurs = isOurs && (len(rest) == 0 || bytes.HasPrefix(rest, p.cells.next(nil))); isOurs {
			break
		}
	}
	p.columns = len(p.cells.cut(nil, line))
	return isOurs
}

func (p *rejectParser) reject(row textRow) (Reject, error) {
	r := Reject{Place: row.Place}
	line := bytes.TrimSuffix(row.text, []byte("\n"))
	parse := p.fromObject
	if p.csv {
		parse = p.fromCells
	}
	if !parse(&r, line) || !r.Status.Rejected() {
		return Reject{Place: row.Place}, &LineError{File: p.name, Row: row.Row, Rule: ruleReject}
	}
	return r, nil
}

func (p *rejectParser) fromCells(r *Reject, line []byte) bool {
	cells := p.cells.cut(nil, line)
	if len(cells) != p.columns || len(cells) <= len(p.cells.columns) {
		return false
	}
	for i := range p.cells.columns {
		if !p.cells.parse(p.cells.columns[i].of(r), cells[i]) {
			return false
		}
	}
	p.written = p.cells.appendOutcome(p.written[:0], r)
	rest, same := bytes.CutPrefix(line, p.written)
	if !same {
		return false
	}
	raw := cells[len(p.cells.columns)]
	r.Raw = uncell(raw)
	r.Text = string(bytes.TrimPrefix(rest[len(raw):], p.cells.next(nil)))
	return true
}

func (p *rejectParser) fromObject(r *Reject, line []byte) bool {
	if !jsontext.Value(line).IsValid() {
		return false
	}
	var rest []byte
	for _, layout := range p.layouts {
		var ok bool
		if rest, ok = layout.read(r, line); ok {
			p.objects = layout
			break
		}
		rest = nil
	}
	if rest == nil {
		return false
	}
	p.written = p.objects.appendOutcome(p.written[:0], r)
	if !bytes.HasPrefix(line, p.written) {
		return false
	}
	if raw, ok := bytes.CutPrefix(rest, []byte(rawKey)); ok {
		var err error
		r.Raw, err = unquoted(raw[:valueEnd(raw)])
		return err == nil
	}
	r.Text = strings.TrimSuffix(strings.TrimPrefix(string(rest), ","), "}")
	return true
}

// read sets what usersync's own members of an object say, and returns the rest of it.
func (j *jsonRejects) read(r *Reject, line []byte) (rest []byte, ok bool) {
	for i := range j.columns {
		value, ok := bytes.CutPrefix(line, []byte(j.keys[i]))
		if ok {
			line, ok = j.parse(j.columns[i].of(r), value)
		}
		if !ok {
			return nil, false
		}
	}
	return line, true
}

// RejectsNameFiles reports whether the header of rejects as CSV has a column for the file of a row.
func RejectsNameFiles(r io.Reader) (bool, error) {
	p := newRejectParser("", FormatCSV)
	for row, err := range rows(r, "", true) {
		if err != nil {
			return false, err
		}
		return p.header(bytes.TrimSuffix(row.text, []byte("\n"))) && len(p.cells.columns) == len(rejectColumns), nil
	}
	return false, nil
}
