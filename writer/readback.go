package writer

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"usersync/sync/user"
)

// Place is where a row stands in the file that it was read from.
type Place struct {
	Row        int   // the line that it begins on, from 1
	Begin, End int64 // its bytes, with the line ending
}

// FileText is a file to be read.
type FileText struct {
	Name   string // what errors and findings call it: its name in the run directory
	Format Format
	Text   io.Reader
}

// Result is a line of results, the quoting of its cells undone.
type Result struct {
	Place
	Record    int
	File      string // of the input
	Line      int    // of the input
	ID        string
	Remote    string
	Action    user.Op
	Outcome   user.Status
	HTTP      int // 0 if no answer came
	Code      string
	Detail    string
	Attempts  int
	Took      time.Duration // in milliseconds
	At        time.Time     // zero if it has none
	RequestID string
}

// Absent reports whether the result is that of a deletion that no row asked for: it
// names no file.
func (r *Result) Absent() bool { return r.File == "" }

// LineError is a row that is not as it was written. It does not hold the row.
type LineError struct {
	File string
	Row  int // the line that the row begins on, from 1
	Rule string
}

func (e *LineError) Error() string { return fmt.Sprintf("%s, line %d: %s", e.File, e.Row, e.Rule) }

// The rules that LineErrors name.
const (
	ruleShape   = "is not a result as usersync writes it"
	ruleHeader  = "is not the header that usersync writes"
	ruleReject  = "is not a reject as usersync writes it"
	ruleCut     = "is cut off: it has no line end"
	ruleLong    = "is longer than 64 MiB"
	ruleOutcome = "its outcome or action is not one of usersync's"
)

// ReadResults reads back what CSV or JSONL wrote; name is what errors call the
// file. A row that differs in a byte from what they would have written is a
// *LineError: its Result holds the Place alone, and the next row follows. Any
// other error is one of reading, and the last thing yielded.
func ReadResults(r io.Reader, name string, f Format) iter.Seq2[Result, error] {
	p := newResultParser(name, f)
	return func(yield func(Result, error) bool) {
		for row, err := range rows(r, name, false) {
			if err == nil && row.Row == 1 && p.header != "" {
				if string(row.text) != p.header && !yield(Result{Place: row.Place}, p.fail(row, ruleHeader)) {
					return
				}
				continue
			}
			result := Result{Place: row.Place}
			if err == nil {
				result, err = p.result(row)
			}
			if !yield(result, err) {
				return
			}
		}
	}
}

// resultParser takes rows apart and holds them to what the writer makes of
// them: nothing can then be read that was not written.
type resultParser struct {
	name   string
	header string
	parse  func(*Result, []byte) bool
	again  Writer
	out    bytes.Buffer
	record user.Record
}

func newResultParser(name string, f Format) *resultParser {
	p := &resultParser{name: name, parse: parseJSONResult}
	if f == FormatCSV {
		p.parse, p.header = parseCSVResult, resultsHeader
		p.again, _ = NewCSV(&p.out) // a buffer takes everything
	} else {
		p.again = NewJSONL(&p.out)
	}
	return p
}

func (p *resultParser) fail(r textRow, rule string) error {
	return &LineError{File: p.name, Row: r.Row, Rule: rule}
}

func (p *resultParser) result(row textRow) (Result, error) {
	r := Result{Place: row.Place}
	if !p.parse(&r, bytes.TrimSuffix(row.text, []byte("\n"))) {
		return Result{Place: row.Place}, p.fail(row, ruleShape)
	}
	if !slices.Contains(user.Statuses[:], r.Outcome) || !slices.Contains(actions[:], r.Action) {
		return Result{Place: row.Place}, p.fail(row, ruleOutcome)
	}
	p.out.Reset()
	if err := p.again.Write(p.outcome(&r)); err != nil || !bytes.Equal(p.out.Bytes(), row.text) {
		return Result{Place: row.Place}, p.fail(row, ruleShape)
	}
	return r, nil
}

// actions are the calls that a result can name.
var actions = [...]user.Op{"", user.Create, user.Update, user.Delete}

func (p *resultParser) outcome(r *Result) user.Outcome {
	p.record.Origin = user.Origin{Record: r.Record, File: r.File, Line: r.Line}
	p.record.User.ID = r.ID
	return user.Outcome{
		Record: &p.record, Status: r.Outcome, Action: r.Action, Code: r.Code, Detail: r.Detail, RequestID: r.RequestID,
		Remote: r.Remote, HTTP: r.HTTP, Attempts: r.Attempts, Took: r.Took, At: r.At,
	}
}
