package reader

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"usersync/reader/between"
	"usersync/reader/damage"
	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/object"
	"usersync/reader/proof"
	"usersync/reader/reject"
	"usersync/reader/values"
	"usersync/sync/user"
)

// jsonRows reads JSON Lines or one JSON array of objects.
type jsonRows struct {
	file      string
	frame     *values.JSON
	charset   func() string
	original  func(user.Rejected) [][]byte
	mapper    *mapping.Mapper
	chunk     *chunk
	parser    *object.Parser
	rejects   reject.Columns
	truncated bool // the last record could not be parsed
	empty     bool // the file holds no users
	named     bool // the setting records names the array
}

// sample is how much of a file is searched for its keys.
const (
	sampleRecords = 100
	sampleBytes   = frame.MaxRecord + frame.ReadSize
)

func openJSONL(f *file, w *frame.Window, o Options, several bool) (*jsonRows, error) {
	r := &jsonRows{file: f.name, charset: f.source.Charset, original: o.Rejects.Original}
	for len(w.Data()) < sampleBytes && w.More() {
	}
	path, err := r.listPath(w.Data()[:min(len(w.Data()), sampleBytes)], o)
	if err != nil {
		return nil, err
	}
	r.named = o.Records != ""
	r.frame, err = values.New(w, path)
	if err == io.EOF {
		return nil, &InputError{File: f.name, Rule: "holds no JSON", Hint: "check the job that writes it"}
	}
	if err != nil {
		return nil, err
	}
	r.empty = r.holdsNoUsers()
	keys, err := r.sample(several, o)
	if err != nil {
		return nil, err
	}
	f.layout = Layout{Format: JSONL, Header: keys, Empty: r.empty}
	return r, nil
}

// sample returns the keys of the first record, or of the first several together, which is
// right if a mapping picks what it needs. It does not consume the records.
func (r *jsonRows) sample(several bool, o Options) ([]string, error) {
	ahead := r.frame.Ahead()
	k := object.Keys{Known: isKnown(o.Mapping)}
	var broken []byte // the first record that looks like an object and is none
	var ended error
	for range sampleRecords {
		row, err := ahead.Next()
		if err != nil {
			ended = err
			break
		}
		own := len(k.Names)
		k.Add(row.Bytes)
		if broken == nil && len(row.Bytes) > 0 && bytes.IndexByte([]byte("{/#"), row.Bytes[0]) >= 0 && !object.IsObject(row.Bytes) {
			broken = bytes.Clone(row.Bytes)
		}
		if !several && len(k.Names) > own {
			break
		}
	}
	if len(k.Names) == 0 && broken != nil {
		return nil, &InputError{File: r.file, Line: r.frame.Line(), Rule: "the first records are not valid JSON" + object.Fault(broken),
			Hint: "JSON needs double quotes, and allows no comma before a closing bracket, no NaN and no repeated key; write the file with a JSON library"}
	}
	if len(k.Names) == 0 && k.Unparsed {
		return nil, &InputError{File: r.file, Line: r.frame.Line(), Rule: "the first records are rejects whose text is still not valid JSON",
			Hint: "correct the text under " + user.RejectRaw + ", or correct the input and send it again"}
	}
	if len(k.Names) == 0 && !r.empty {
		return nil, r.noObject(ended)
	}
	return k.Names, nil
}

// noObject says why no record is an object. If that could not be read, ended says why not.
func (r *jsonRows) noObject(ended error) error {
	switch r.frame.Err() {
	case nil:
		ended = nil // there is more than was looked at
	case io.EOF:
	default:
		ended = r.frame.Err()
	}
	if ended != nil && ended != io.EOF {
		return inputError(r.file, r.frame.Line(), ended)
	}
	return &InputError{File: r.file, Line: r.frame.Line(), Rule: "the first records are not JSON objects",
		Hint: "write one object per line, or one array of objects; for CSV give --format csv"}
}

// isKnown returns a function that reports which names are read as a whole, even if they
// hold an object.
func isKnown(c mapping.Config) func(string) bool {
	names := Names()
	return func(name string) bool {
		_, isName := names[name]
		return isName || user.Field(name).IsOpen() || slices.Contains(c.Ignore, name) || name == c.OpColumn.Column ||
			slices.ContainsFunc(c.Fields, func(r mapping.Rule) bool { return r.Column == name })
	}
}

// holdsNoUsers reports whether the file is [], an object with an empty array, or {}, which
// hold 0 records.
func (r *jsonRows) holdsNoUsers() bool {
	if !r.frame.Array() {
		inner, opens := bytes.CutPrefix(bytes.TrimSpace(r.frame.Data()), []byte{'{'})
		return opens && string(bytes.TrimSpace(inner)) == "}"
	}
	ahead := r.frame.Ahead()
	_, err := ahead.Next()
	return err == io.EOF && r.frame.Err() == io.EOF
}

func (r *jsonRows) bind(m *mapping.Mapper, c *chunk, _ []int) error {
	r.mapper, r.chunk = m, c
	r.parser = object.NewParser(m, Names(), r.rejects.Place)
	return nil
}

func (r *jsonRows) skipped() (s between.Skipped) {
	if r.frame.EndMark() {
		s.EndMarks = 1
	}
	return s
}

func (r *jsonRows) line() int { return r.frame.Line() }

func (r *jsonRows) next(rec *user.Record) error {
	err := r.read(rec)
	if err == nil {
		r.truncated = rec.Origin.Unparsed
	}
	return err
}

// end is called at the end of the file. A closed object cannot be truncated.
func (r *jsonRows) end() ending {
	e := ending{open: r.frame.Open() && r.frame.Line() > 1, truncated: r.frame.Open() && r.truncated, page: r.frame.Part()}
	if r.frame.Closed() {
		e.by = proof.ByJSONArray
	}
	return e
}

func (r *jsonRows) read(rec *user.Record) error {
	if r.empty {
		return r.emptied()
	}
	row, err := r.frame.Next()
	if err != nil {
		return r.checkOthers(err)
	}
	rec.Origin.Line = row.Line
	rec.Origin.Raw = r.chunk.raws.copied(row.Bytes)
	if invalid := damage.JSON(&row, r.charset()); invalid != nil {
		rec.Err, rec.Origin.Unparsed = invalid, true
		return nil
	}
	invalid := r.parse(rec.Origin.Raw)
	if invalid != nil && r.parser.Syntax && r.frame.Strict() && !object.EndIsCertain(row.Bytes) {
		return r.brokenValue(&row, invalid)
	}
	r.fill(rec, invalid)
	return nil
}

// emptied reads what is left of a file that holds no users.
func (r *jsonRows) emptied() error {
	if !r.frame.Array() {
		return io.EOF
	}
	_, err := r.frame.Next()
	return err
}

// brokenValue says where a value is broken that does not show where the next one begins.
func (r *jsonRows) brokenValue(row *frame.Row, invalid *user.InvalidError) *InputError {
	what := "a JSON object "
	if r.frame.Array() {
		what = "an element of the JSON array "
	}
	at := r.parser.FaultAt
	return &InputError{File: r.file, Line: row.Line + bytes.Count(row.Bytes[:at], []byte{'\n'}), Rule: what + invalid.Rule + values.At(row.Offset+int64(at)),
		Hint: invalid.Hint + "; " + values.Hint}
}

// checkOthers refuses, at the end, a second array of objects that was too far away to be
// seen when the file was opened: it may hold users.
func (r *jsonRows) checkOthers(err error) error {
	if err != io.EOF || r.named || r.frame.Others(sampleBytes) == 0 {
		return err
	}
	return &InputError{File: r.file, Line: r.frame.Line(), Rule: "another array of objects follows the one that was read, and it may hold users",
		Hint: "name the right one in the config, such as  records: /users"}
}

func (r *jsonRows) fill(rec *user.Record, invalid *user.InvalidError) {
	if r.parser.HasRejectKeys {
		invalid = r.stripRejectColumns(rec, invalid)
	}
	if strings.Contains(rec.Origin.Raw, "\n") {
		rec.Origin.Raw = object.Compact(rec.Origin.Raw)
	}
	if invalid != nil {
		rec.Err, rec.Origin.Unparsed = invalid, r.parser.Broken
		return
	}
	if r.parser.HasRejectKeys {
		r.unmask(rec)
	}
	r.mapper.Fill(rec, r.parser.Cells, r.chunk.room(r.mapper.Width()))
	rec.User.Attributes = r.chunk.keep(rec.User.Attributes)
}

// parse parses an object, and resets the reject columns of the previous one.
func (r *jsonRows) parse(raw string) *user.InvalidError {
	r.rejects.Reset()
	return r.parser.Parse(raw)
}
