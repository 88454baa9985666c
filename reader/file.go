package reader

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"usersync/reader/between"
	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/reject"
	"usersync/reader/source"
	"usersync/reader/values"
	"usersync/reader/workbook"
	"usersync/sync/user"
)

// file is one file of the input, with its header read.
type file struct {
	name   string
	source *source.Source
	layout Layout
	rows   rows
	// order says for each column which of the first file it is, or -1; nil: it is the same.
	order []int
	// sidecar is the hash in its sidecar; empty if it has none.
	sidecar string
	end     ending // known once everything is read
}

// rows reads the records of one file. next fills in a record; it returns io.EOF at the
// end, and another error if it cannot continue.
type rows interface {
	// begin binds the rows to the mapping.
	bind(m *mapping.Mapper, c *chunk, order []int) error
	next(*user.Record) error
	// line is the current line.
	line() int
	// skipped counts the lines skipped so far.
	skipped() between.Skipped
	// end is called after next has returned io.EOF.
	end() ending
}

func (in *Input) open(path string) (*file, error) {
	f, err := in.start(path, len(in.o.Mapping.Fields) > 0 || in.o.Mapping.OpColumn.IsSet())
	if err != nil {
		return nil, err
	}
	if err := in.columns.add(f); err != nil {
		return nil, closeAfter(f.source, inputError(f.name, f.rows.line(), err))
	}
	if err := f.rows.bind(in.columns.mapper, &in.chunk, f.order); err != nil {
		return nil, closeAfter(f.source, inputError(f.name, f.rows.line(), err))
	}
	return f, nil
}

// start opens the file and reads what comes before its records. The keys of JSON are those
// of the first record, or of several.
func (in *Input) start(path string, several bool) (*file, error) {
	name := source.Name(path)
	sidecar, err := in.sidecar(path)
	if err != nil {
		return nil, inputError(name, 0, err)
	}
	s, err := in.opening.source(source.Options{Path: path, Stdin: in.o.Stdin, Places: in.o.Places, Charset: in.o.Charset, UTF8: reject.Prefixes(), Digest: in.digest, MinAge: in.o.Expect.MinAge, Workbook: workbook.Options{Sheet: in.o.Sheet, HeaderRow: in.o.CSV.HeaderRow},
		Hash: sidecar != "" || in.o.Expect.SHA256 != ""})
	if err != nil {
		return nil, inputError(name, 0, err)
	}
	f := &file{name: name, source: s, sidecar: sidecar}
	if err := in.o.readHeader(f, several); err != nil {
		return nil, closeAfter(s, inputError(name, 0, err))
	}
	return f, nil
}

func closeAfter(s *source.Source, err error) error {
	if failed := s.Close(); failed != nil {
		return inputError(s.Name(), 0, failed)
	}
	return err
}

func (o *Options) readHeader(f *file, several bool) (err error) {
	w := frame.NewWindow(f.source)
	for !hasLine(w.Data()) && len(w.Data()) < sampleBytes && w.More() {
	}
	if err := w.Err(); err != nil && err != io.EOF && len(w.Data()) == 0 {
		return err
	}
	if rule, hint := foreign(w.Data()); rule != "" {
		return &InputError{File: f.name, Rule: rule, Hint: hint}
	}
	jsonl := !f.source.Workbook() && o.format(f.name, w.Data()) == JSONL
	if jsonl && o.CSV.Trailer != "" {
		return &InputError{File: f.name, Rule: "only a CSV file can have a trailer, and this is " + JSONL,
			Hint: "remove trailer; use expect_records or expect_sha256 instead"}
	}
	if rule, hint := foreignRows(w.Data()); rule != "" && !jsonl && !f.source.Workbook() {
		return &InputError{File: f.name, Rule: rule, Hint: hint}
	}
	if jsonl {
		f.rows, err = openJSONL(f, w, *o, several)
	} else {
		f.rows, err = openCSV(f, w, *o)
	}
	return err
}

// hasLine reports whether data has a complete line with text.
func hasLine(data []byte) bool {
	return bytes.IndexByte(bytes.TrimLeft(data, "\r\n"), '\n') > 0
}

// format returns the format by extension, then by the first character.
func (o *Options) format(name string, head []byte) string {
	if o.Format != "" {
		return o.Format
	}
	switch extension(name) {
	case ".csv", ".tsv", ".tab":
		return CSV
	case ".jsonl", ".ndjson", ".json", ".json-seq":
		return JSONL
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) > 0 && (head[0] == '{' || head[0] == '[' || head[0] == values.Separator) {
		return JSONL
	}
	return CSV
}

// extension returns that of a file, in lower case, in front of that of an archive.
func extension(name string) string {
	for _, packed := range []string{".gz", ".gzip", ".zst", ".zstd"} {
		name = strings.TrimSuffix(strings.ToLower(name), packed)
	}
	return filepath.Ext(name)
}

func (f *file) close() error {
	if err := f.source.Close(); err != nil {
		return &InputError{File: f.name, Rule: "cannot be closed", Err: err}
	}
	return nil
}

// readFile yields the records of file i. It returns false if no more records are wanted or
// available.
func (in *Input) readFile(i int, path string, yield func(*user.Record, error) bool) (more bool) {
	if in.files[i] == nil {
		f, err := in.open(path)
		if err == nil {
			err = in.versions.reopened(i, f, &in.evidence)
		}
		if err != nil {
			return in.fail(err, yield)
		}
		in.files[i] = f
	}
	f := in.files[i]
	if err := f.source.Count(); err != nil {
		return in.fail(inputError(f.name, 0, err), yield)
	}
	in.extent.begin(f.source)
	if !in.readRows(f, yield) {
		return false
	}
	in.extent.end(f.source)
	in.skipped.Add(f.rows.skipped())
	err := in.finish(i, f)
	in.files[i], in.finished = nil, i+1
	if failed := in.versions.keep(f); err == nil && failed != nil {
		err = &InputError{File: f.name, Rule: "cannot be closed", Err: failed}
	}
	if err != nil {
		return in.fail(err, yield)
	}
	return true
}

// fail ends the records. From here on nothing proves the input complete.
func (in *Input) fail(err error, yield func(*user.Record, error) bool) (more bool) {
	in.failed = true
	yield(nil, err)
	return false
}

func (in *Input) readRows(f *file, yield func(*user.Record, error) bool) (more bool) {
	for {
		rec := in.chunk.record()
		rec.Op = in.o.Op
		err := f.rows.next(rec)
		if err == io.EOF {
			return true
		}
		if err != nil {
			return in.fail(inputError(f.name, f.rows.line(), err), yield)
		}
		if in.o.Rejects.Selected != nil && in.leavesOut(rec) {
			continue
		}
		if rec.Origin.Before != nil && in.o.Rejects.RejectedAs != nil {
			in.o.Rejects.check(rec)
		}
		if in.o.Values != nil {
			in.o.Values(rec)
		}
		if rec.Op == user.Delete && rec.Err == nil {
			if err := in.checkDelete(f, rec); err != nil {
				return in.fail(err, yield)
			}
		}
		in.count++
		rec.Origin.Record, rec.Origin.File = in.count, f.name
		rec.User.ID = in.chunk.ids.copied([]byte(rec.User.ID))
		if !yield(rec, nil) {
			return false
		}
	}
}
