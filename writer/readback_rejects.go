package writer

import (
	"bytes"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"usersync/sync/user"
)

// Reject is a row of rejects: what became of the record, the quoting of its
// cells undone, and the record itself.
type Reject struct {
	Place
	Outcome user.Status
	Code    string
	Detail  string
	Run     string
	Record  int
	Line    int // of the input
	// Raw is the row as it was read, if it could not be taken apart; else Text
	// holds the input's own cells or, of JSON, the members behind usersync's own,
	// as they stand, secrets masked.
	Raw  string
	Text string
}

// ownColumns is how many columns rejects put before the input's own.
const ownColumns = 7

// ReadRejects reads back what a Writer of NewRejects wrote, and treats errors
// as ReadResults does. The delimiter of CSV is that of the header. The input's
// own cells are counted, and not judged: they are for people to mend.
func ReadRejects(r io.Reader, name string, f Format) iter.Seq2[Reject, error] {
	p := &rejectParser{name: name, csv: f == FormatCSV}
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

	format  rejectsCSV // the delimiter, and as many cells as the header has
	objects rejectsJSONL
	columns int
	record  user.Record
	again   []byte
}

// header takes the delimiter from the header, and the number of columns.
func (p *rejectParser) header(line []byte) bool {
	rest, ours := bytes.CutPrefix(line, []byte(outcomeColumn))
	delimiter, size := utf8.DecodeRune(rest)
	if p.format.row = (row{delimiter}); !ours || size == 0 || !validDelimiter(delimiter) {
		p.format.row = row{','}
		return false
	}
	p.columns = len(p.format.row.cut(nil, line))
	front := bytes.TrimSuffix(p.format.header(), []byte("\n"))
	rest, ours = bytes.CutPrefix(line, front)
	return ours && (len(rest) == 0 || bytes.HasPrefix(rest, p.format.row.next(nil)))
}

func (p *rejectParser) reject(row textRow) (Reject, error) {
	r := Reject{Place: row.Place}
	line := bytes.TrimSuffix(row.text, []byte("\n"))
	parse := p.fromObject
	if p.csv {
		parse = p.fromCells
	}
	if !parse(&r, line) || !r.Outcome.Rejected() {
		return Reject{Place: row.Place}, &LineError{File: p.name, Row: row.Row, Rule: ruleReject}
	}
	return r, nil
}

func (p *rejectParser) fromCells(r *Reject, line []byte) bool {
	cells := p.format.row.cut(nil, line)
	if len(cells) != p.columns || len(cells) < ownColumns {
		return false
	}
	text := func(i int) string { return UnquoteCell(uncell(cells[i])) }
	var noRecord, noLine error
	r.Outcome, r.Code, r.Detail, r.Run = user.Status(cells[0]), text(1), text(2), text(3)
	r.Record, noRecord = strconv.Atoi(string(cells[4]))
	r.Line, noLine = strconv.Atoi(string(cells[5]))
	r.Raw = uncell(cells[6])
	p.format.options.Run = r.Run
	p.again = p.format.verdict(p.again[:0], p.outcome(r))
	rest, same := bytes.CutPrefix(line, p.again)
	if noRecord != nil || noLine != nil || !same {
		return false
	}
	r.Text = string(bytes.TrimPrefix(rest[len(cells[6]):], p.format.row.next(nil)))
	return true
}

// rejectObject is what usersync puts into an object of rejects.
type rejectObject struct {
	Outcome user.Status `json:"_usersync_outcome"`
	Code    string      `json:"_usersync_code"`
	Detail  string      `json:"_usersync_detail"`
	Run     string      `json:"_usersync_run"`
	Record  int         `json:"_usersync_record"`
	Line    int         `json:"_usersync_line"`
	Raw     string      `json:"_usersync_raw"`
}

func (p *rejectParser) fromObject(r *Reject, line []byte) bool {
	var o rejectObject
	if err := json.Unmarshal(line, &o); err != nil {
		return false
	}
	*r = Reject{Place: r.Place, Outcome: o.Outcome, Code: o.Code, Detail: o.Detail, Run: o.Run, Record: o.Record, Line: o.Line, Raw: o.Raw}
	p.objects.options.Run = r.Run
	p.again = p.objects.verdict(p.again[:0], p.outcome(r))
	rest, same := bytes.CutPrefix(line, p.again)
	if o.Raw == "" {
		r.Text = strings.TrimSuffix(strings.TrimPrefix(string(rest), ","), "}")
	}
	return same
}

func (p *rejectParser) outcome(r *Reject) *user.Outcome {
	p.record.Origin.Record, p.record.Origin.Line = r.Record, r.Line
	return &user.Outcome{Record: &p.record, Status: r.Outcome, Code: r.Code, Detail: r.Detail}
}
