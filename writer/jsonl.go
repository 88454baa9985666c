package writer

import (
	"cmp"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// JSONL writes results as JSON Lines: an object per outcome, with the names
// of the CSV columns as keys, all of them always. Numbers are numbers;
// http_status is null when no answer came, at when the outcome has no time.
type JSONL struct {
	to   io.Writer
	at   stamp
	line []byte

	file     string // the last one, and its text as JSON
	fileText []byte
}

// NewJSONL returns a JSONL that writes to w. w gets one Write for each
// outcome: it should be buffered.
func NewJSONL(w io.Writer) *JSONL { return &JSONL{to: w} }

// Write writes one line.
func (j *JSONL) Write(o user.Outcome) error {
	if err := check(&o); err != nil {
		return err
	}
	line := j.origin(j.line[:0], o.Record)
	line = j.verdict(line, &o)
	line = j.effort(line, &o)
	j.line = append(line, "}\n"...)
	_, err := j.to.Write(j.line)
	return err
}

func (j *JSONL) origin(b []byte, r *user.Record) []byte {
	if r.Origin.File != j.file || j.fileText == nil {
		j.file = r.Origin.File
		j.fileText = appendText(j.fileText[:0], `,"file":`, j.file)
	}
	b = append(appendInt(b, `{"record":`, r.Origin.Record), j.fileText...)
	b = appendInt(b, `,"line":`, r.Origin.Line)
	return appendText(b, `,"id":`, r.User.ID)
}

func (j *JSONL) verdict(b []byte, o *user.Outcome) []byte {
	b = appendText(b, `,"remote_id":`, cmp.Or(o.Remote, o.Record.Remote))
	b = append(append(b, `,"action":"`...), o.Action...)
	b = append(append(b, `","outcome":"`...), o.Status...)
	if o.HTTP != 0 {
		b = appendInt(b, `","http_status":`, o.HTTP)
	} else {
		b = append(b, `","http_status":null`...)
	}
	b = appendText(b, `,"code":`, o.Code)
	return appendText(b, `,"detail":`, o.Detail)
}

func (j *JSONL) effort(b []byte, o *user.Outcome) []byte {
	b = appendInt(b, `,"attempts":`, o.Attempts)
	b = appendInt(b, `,"ms":`, int(o.Took.Milliseconds()))
	if o.At.IsZero() {
		b = append(b, `,"at":null`...)
	} else {
		b = append(j.at.append(append(b, `,"at":"`...), o.At), '"')
	}
	return appendText(b, `,"request_id":`, o.RequestID)
}

func appendInt(b []byte, name string, n int) []byte {
	return strconv.AppendInt(append(b, name...), int64(n), 10)
}

// appendText appends text as a JSON string, with U+FFFD for bytes that are
// not UTF-8: JSON has no way to hold them.
func appendText(b []byte, name, text string) []byte {
	b = append(b, name...)
	if simple(text) {
		return append(append(append(b, '"'), text...), '"')
	}
	b, err := jsontext.AppendQuote(b, text)
	_ = err // it says only that such bytes were replaced
	return b
}

// simple reports whether text stands in a JSON string as it is. It may say no
// to text that would.
func simple(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return false
		}
	}
	return true
}
