package reader

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/object"
	"usersync/reader/proof"
	"usersync/sync/user"
)

// jsonRows reads JSON Lines or one JSON array of objects.
type jsonRows struct {
	file     string
	frame    *frame.JSON
	charset  string
	original func(user.Rejected) [][]byte
	mapper   *mapping.Mapper
	chunk    *chunk
	parser   *object.Parser
	marks    marks
	torn     bool // the last record could not be taken apart
}

// sample is how much of a file is looked at for its keys.
const (
	sampleRecords = 100
	sampleBytes   = frame.MaxRecord + frame.ReadSize
)

func openJSONL(f *file, w *frame.Window, o Options, several bool) (*jsonRows, error) {
	r := &jsonRows{file: f.name, charset: f.source.Charset(), original: o.Original}
	var err error
	r.frame, err = frame.NewJSON(w)
	if err == io.EOF {
		return nil, &InputError{File: f.name, Rule: "holds no JSON at all", Hint: "check the job that writes it"}
	}
	if err != nil {
		return nil, err
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
	for len(r.frame.Data()) < sampleBytes && r.frame.More() {
	}
	ahead := r.frame.Ahead()
	k := object.Keys{Known: known(o.Mapping)}
	for range sampleRecords {
		row, err := ahead.Next()
		if err != nil {
			break
		}
		own := len(k.Names)
		k.Add(row.Bytes)
		if !several && len(k.Names) > own {
			break
		}
	}
	if len(k.Names) == 0 && !r.emptyArray() {
		return nil, &InputError{File: r.file, Line: r.frame.Line(), Rule: "the first records are not JSON objects",
			Hint: "write one object a line, or one array of objects; for another format say --format csv"}
	}
	return k.Names, nil
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
	return r.frame.Array() && strings.TrimSpace(string(r.frame.Data())) == "]"
}

func (r *jsonRows) begin(m *mapping.Mapper, c *chunk) error {
	r.mapper, r.chunk = m, c
	r.parser = object.NewParser(m, Names(), r.marks.place)
	return nil
}

func (r *jsonRows) skipped() Skipped { return Skipped{} }

func (r *jsonRows) line() int { return r.frame.Line() }

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
	e := ending{open: r.frame.Open() && r.frame.Line() > 1, torn: r.frame.Open() && r.torn}
	if r.frame.Closed() {
		e.by = proof.ByJSONArray
	}
	return e
}

func (r *jsonRows) read(rec *user.Record) error {
	row, err := r.frame.Next()
	if err != nil {
		return err
	}
	rec.Origin.Line = row.Line
	rec.Origin.Raw = r.chunk.copied(row.Bytes)
	if unfit := r.unfit(&row); unfit != nil {
		rec.Err, rec.Origin.Unparsed = unfit, true
		return nil
	}
	unfit := r.parse(row.Bytes)
	if unfit != nil && r.frame.Array() && r.parser.Syntax {
		return &InputError{File: r.file, Line: row.Line, Rule: "an element of the JSON array is not valid JSON", Hint: frame.ArrayHint}
	}
	r.fill(rec, unfit)
	return nil
}

func (r *jsonRows) fill(rec *user.Record, unfit *user.InvalidError) {
	if r.parser.Marked {
		unfit = r.marked(rec, unfit)
	}
	if r.frame.Array() && bytes.IndexByte(rec.Origin.Raw, '\n') >= 0 {
		rec.Origin.Raw = object.Compact(rec.Origin.Raw)
	}
	if unfit != nil {
		rec.Err, rec.Origin.Unparsed = unfit, r.parser.Broken
		return
	}
	if r.parser.Marked {
		r.unmask(rec)
	}
	r.mapper.Fill(rec, r.parser.Cells, r.chunk.room(r.mapper.Width()))
	rec.User.Attributes = r.chunk.keep(rec.User.Attributes)
}

// parse takes an object apart, and forgets what the one before said of itself.
func (r *jsonRows) parse(raw []byte) *user.InvalidError {
	r.marks = marks{}
	return r.parser.Parse(raw)
}

// marked takes usersync's own keys off the record.
func (r *jsonRows) marked(rec *user.Record, unfit *user.InvalidError) *user.InvalidError {
	r.marks.mark(rec)
	raw := r.marks.raw.Text
	if raw == "" {
		rec.Origin.Raw = object.Unmarked(rec.Origin.Raw)
		return unfit
	}
	rec.Origin.Raw = r.chunk.copied([]byte(raw))
	if unfit := r.marks.spoilt(r.mapper); unfit != nil {
		r.parser.Broken = true
		return unfit
	}
	return r.parse(rec.Origin.Raw)
}

func (r *jsonRows) unfit(row *frame.Row) *user.InvalidError {
	switch {
	case row.Long:
		return tooLong(row.Length, row.Offset)
	case !utf8.Valid(row.Bytes):
		return invalidUTF8()
	case r.charset != "" && bytes.Contains(row.Bytes, replacement):
		return &user.InvalidError{Code: "invalid_charset", Rule: "holds bytes that are not valid " + r.charset, Hint: "name the right --charset"}
	}
	return nil
}
