package reader

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// jsonRows reads JSON Lines or one JSON array of objects.
type jsonRows struct {
	frame    jsonFrame
	charset  string
	original func(user.Rejected) [][]byte
	mapper   *mapping.Mapper
	chunk    *chunk
	parser   parser
	marks    marks
	torn     bool // the last record could not be taken apart
}

// sample is how much of a file is looked at for its keys.
const (
	sampleRecords = 100
	sampleBytes   = maxRecord + readSize
)

func openJSONL(f *file, w *window, o Options, several bool) (*jsonRows, error) {
	r := &jsonRows{frame: jsonFrame{window: *w, file: f.name, line: 1}, charset: f.source.Charset(), original: o.Original}
	c, err := r.frame.skipSpace()
	if err == io.EOF {
		return nil, &InputError{File: f.name, Rule: "holds no JSON at all", Hint: "check the job that writes it"}
	}
	if err != nil {
		return nil, err
	}
	if r.frame.array = c == '['; r.frame.array {
		r.frame.drop(1)
	}
	keys, err := r.sample(several, o)
	if err != nil {
		return nil, err
	}
	f.layout = Layout{Format: JSONL, Header: keys}
	return r, nil
}

// sample returns the keys of the first record, or of the first several together,
// as is right where a mapping picks what it needs. The records are not used up.
func (r *jsonRows) sample(several bool, o Options) ([]string, error) {
	for len(r.frame.data()) < sampleBytes && r.frame.more() {
	}
	ahead := r.frame
	ahead.window = window{buf: bytes.Clone(r.frame.data()), err: io.EOF}
	k := keys{known: known(o.Mapping)}
	for range sampleRecords {
		row, err := ahead.next()
		if err != nil {
			break
		}
		own := len(k.names)
		k.add(row.bytes)
		if !several && len(k.names) > own {
			break
		}
	}
	if len(k.names) == 0 && !r.emptyArray() {
		return nil, &InputError{File: r.frame.file, Line: r.frame.line, Rule: "the first records are not JSON objects",
			Hint: "write one object a line, or one array of objects; for another format say --format csv"}
	}
	return k.names, nil
}

// known are names that are taken whole, even if they hold an object.
func known(c mapping.Config) func(string) bool {
	names := Names()
	return func(name string) bool {
		_, isName := names[name]
		return isName || user.Field(name).IsOpen() || slices.Contains(c.Ignore, name) || name == c.OpColumn ||
			slices.ContainsFunc(c.Fields, func(r mapping.Rule) bool { return r.Column == name })
	}
}

// emptyArray reports whether the file is [], which holds 0 records.
func (r *jsonRows) emptyArray() bool {
	return r.frame.array && strings.TrimSpace(string(r.frame.data())) == "]"
}

func (r *jsonRows) begin(m *mapping.Mapper, c *chunk) error {
	r.mapper, r.chunk = m, c
	r.parser = newParser(m, &r.marks)
	return nil
}

func (r *jsonRows) line() int { return r.frame.line }

func (r *jsonRows) next(rec *user.Record) error {
	err := r.read(rec)
	if err == nil {
		r.torn = rec.Origin.Unparsed
	}
	return err
}

// end is asked at the end of the file. An object that is closed is no part of
// one.
func (r *jsonRows) end() ending {
	e := ending{open: r.frame.open && r.frame.line > 1, torn: r.frame.open && r.torn}
	if r.frame.ended {
		e.by = ByJSONArray
	}
	return e
}

func (r *jsonRows) read(rec *user.Record) error {
	row, err := r.frame.next()
	if err != nil {
		return err
	}
	rec.Origin.Line = row.line
	rec.Origin.Raw = r.chunk.copied(row.bytes)
	if unfit := r.unfit(&row); unfit != nil {
		rec.Err, rec.Origin.Unparsed = unfit, true
		return nil
	}
	unfit := r.parser.parse(row.bytes)
	if unfit != nil && r.frame.array && r.parser.syntax {
		return &InputError{File: r.frame.file, Line: row.line, Rule: "an element of the JSON array is not valid JSON", Hint: arrayHint}
	}
	r.fill(rec, unfit)
	return nil
}

func (r *jsonRows) fill(rec *user.Record, unfit *user.InvalidError) {
	if r.parser.marked {
		unfit = r.marked(rec, unfit)
	}
	if r.frame.array && bytes.IndexByte(rec.Origin.Raw, '\n') >= 0 {
		rec.Origin.Raw = compact(rec.Origin.Raw)
	}
	if unfit != nil {
		rec.Err, rec.Origin.Unparsed = unfit, r.parser.broken
		return
	}
	if r.parser.marked {
		r.unmask(rec)
	}
	r.mapper.Fill(rec, r.parser.cells, r.chunk.room(r.mapper.Width()))
	rec.User.Attributes = r.chunk.keep(rec.User.Attributes)
}

// marked takes usersync's own keys off the record.
func (r *jsonRows) marked(rec *user.Record, unfit *user.InvalidError) *user.InvalidError {
	r.marks.mark(rec)
	raw := r.marks.raw.Text
	if raw == "" {
		rec.Origin.Raw = unmarked(rec.Origin.Raw)
		return unfit
	}
	rec.Origin.Raw = r.chunk.copied([]byte(raw))
	if unfit := r.marks.spoilt(r.mapper); unfit != nil {
		r.parser.broken = true
		return unfit
	}
	return r.parser.parse(rec.Origin.Raw)
}

func (r *jsonRows) unfit(row *framed) *user.InvalidError {
	switch {
	case row.long:
		return tooLong(row.length, row.offset)
	case !utf8.Valid(row.bytes):
		return invalidUTF8()
	case r.charset != "" && bytes.Contains(row.bytes, replacement):
		return &user.InvalidError{Code: "invalid_charset", Rule: "holds bytes that are not valid " + r.charset, Hint: "name the right --charset"}
	}
	return nil
}
