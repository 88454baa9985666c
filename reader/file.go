package reader

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"usersync/reader/mapping"
	"usersync/reader/source"
	"usersync/sync/user"
)

// file is one file of the input, its header read.
type file struct {
	name   string
	source *source.Source
	layout Layout
	rows   rows
}

// rows reads the records of one file. next fills a record; it returns io.EOF at
// the end, and another error if it cannot go on.
type rows interface {
	// begin binds the rows to the mapping.
	begin(*mapping.Mapper, *chunk) error
	next(*user.Record) error
	// line is where reading stands.
	line() int
}

func (in *Input) open(path string) (*file, error) {
	name := source.Name(path)
	s, err := source.Open(source.Options{Path: path, Stdin: in.o.Stdin, Charset: in.o.Charset, Tally: in.tally})
	if err != nil {
		return nil, inputError(name, 0, err)
	}
	f := &file{name: name, source: s}
	if err := in.header(f); err != nil {
		return nil, closing(s, inputError(name, 0, err))
	}
	return f, nil
}

func closing(s *source.Source, err error) error {
	if failed := s.Close(); failed != nil {
		return inputError(s.Name(), 0, failed)
	}
	return err
}

// header reads what comes before the records and holds it against the mapping
// and the other files.
func (in *Input) header(f *file) error {
	w := &window{r: f.source}
	for !hasLine(w.data()) && len(w.data()) < sampleBytes && w.more() {
	}
	if w.err != nil && w.err != io.EOF && len(w.data()) == 0 {
		return w.err
	}
	var err error
	if in.format(f.name, w.data()) == JSONL {
		f.rows, err = openJSONL(f, w, in.o)
	} else {
		f.rows, err = openCSV(f, w, in.o)
	}
	if err != nil {
		return err
	}
	if in.mapper == nil {
		err = in.settle(f)
	} else {
		err = in.compare(f)
	}
	if err != nil {
		return inputError(f.name, f.rows.line(), err)
	}
	return f.rows.begin(in.mapper, &in.chunk)
}

// hasLine reports whether a whole line with text is there.
func hasLine(data []byte) bool {
	return bytes.IndexByte(bytes.TrimLeft(data, "\r\n"), '\n') > 0
}

// format goes by extension, then by the first character.
func (in *Input) format(name string, head []byte) string {
	if in.o.Format != "" {
		return in.o.Format
	}
	for _, packed := range []string{".gz", ".gzip", ".zst", ".zstd"} {
		name = strings.TrimSuffix(strings.ToLower(name), packed)
	}
	switch filepath.Ext(name) {
	case ".csv", ".tsv", ".tab":
		return CSV
	case ".jsonl", ".ndjson", ".json":
		return JSONL
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		return JSONL
	}
	return CSV
}

// settle makes the first file's layout that of the input.
func (in *Input) settle(f *file) error {
	o := mapping.Options{Config: in.o.Mapping, Header: f.layout.Header, Names: Names(),
		Accepts: in.o.Accepts, Typed: f.layout.Format == JSONL}
	if f.layout.Format == JSONL && len(o.Header) == 0 { // an array without elements
		o.Config, o.Header = mapping.Config{}, []string{string(user.ID)}
	}
	m, err := mapping.New(o)
	if err != nil {
		return err
	}
	in.mapper, in.layout = m, f.layout
	in.layout.SecretColumns = m.SecretColumns()
	return nil
}

// compare refuses a file that differs from the first one.
func (in *Input) compare(f *file) error {
	first := source.Name(in.o.Paths[0])
	wrong := func(rule string) error {
		return &InputError{File: f.name, Rule: rule, Hint: "files of one run look alike; give this one a run of its own"}
	}
	switch {
	case f.layout.Format != in.layout.Format:
		return wrong("is " + f.layout.Format + ", but " + first + " is " + in.layout.Format)
	case f.layout.Delimiter != in.layout.Delimiter:
		return wrong("has another delimiter than " + first)
	case f.layout.Format == JSONL:
		return in.compareKeys(f)
	case slices.Equal(f.layout.Header, in.layout.Header):
		return nil
	}
	for i, name := range f.layout.Header {
		if i >= len(in.layout.Header) || name != in.layout.Header[i] {
			return wrong("has another header than " + first + ", from " + mapping.Shown(name, i) + " on")
		}
	}
	return wrong("has fewer columns than " + first)
}

func (in *Input) compareKeys(f *file) error {
	for _, key := range f.layout.Header {
		if _, _, err := in.mapper.Column(key); err != nil {
			return &InputError{File: f.name, Line: f.rows.line(), Rule: err.Error(), Err: err}
		}
	}
	return nil
}

func (in *Input) closeFile(f *file) error {
	if err := f.source.Close(); err != nil {
		return &InputError{File: f.name, Rule: "cannot be closed", Err: err}
	}
	return nil
}

// readFile yields the records of file i. It returns false when no more are
// wanted or can be had.
func (in *Input) readFile(i int, path string, yield func(*user.Record, error) bool) (more bool) {
	if in.files[i] == nil {
		f, err := in.open(path)
		if err != nil {
			yield(nil, err)
			return false
		}
		in.files[i] = f
	}
	f := in.files[i]
	if err := f.source.Count(); err != nil {
		yield(nil, inputError(f.name, 0, err))
		return false
	}
	if !in.readRows(f, yield) {
		return false
	}
	in.files[i], in.finished = nil, i+1
	if err := in.closeFile(f); err != nil {
		yield(nil, err)
		return false
	}
	return true
}

func (in *Input) readRows(f *file, yield func(*user.Record, error) bool) (more bool) {
	for {
		rec := in.chunk.record()
		err := f.rows.next(rec)
		if err == io.EOF {
			return true
		}
		if err != nil {
			yield(nil, inputError(f.name, f.rows.line(), err))
			return false
		}
		in.count++
		rec.Origin.Record, rec.Origin.File, rec.Op = in.count, f.name, in.o.Op
		if !yield(rec, nil) {
			return false
		}
	}
}
