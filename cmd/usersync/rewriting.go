package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"usersync/sync/journal"
	"usersync/writer"
	"usersync/writer/rundir"
)

// rewriting writes the files of one run anew, without a person.
type rewriting struct {
	writer.Erasure
	dir   *rundir.Dir
	files []string // what lies in the directory
	id    string

	results, rejects writer.Copied
	notes, listed    int
	fresh            []*rundir.File // in the order in which they take their places
}

func (w *rewriting) has(name string) bool { return slices.Contains(w.files, name) }

// named returns the file of a name, whole or unfinished; empty if there is none.
func (w *rewriting) named(name string) string {
	for _, n := range []string{name, name + ".partial"} {
		if w.has(n) {
			return n
		}
	}
	return ""
}

func (w *rewriting) changes() bool {
	return w.results.Erased+w.rejects.Erased+w.notes+w.listed > 0
}

// copyAll copies every file that can hold the person to where to leads.
func (w *rewriting) copyAll(to func(name string) (io.Writer, error)) error {
	w.Erasure.ID = w.id
	if err := w.readMarks(); err != nil {
		return err
	}
	results, err := w.copyText("results", to, w.Results)
	if err != nil {
		return err
	}
	w.results = results
	if w.rejects, err = w.copyText("rejects", to, w.Rejects); err != nil {
		return err
	}
	if err := w.copyList(to); err != nil {
		return err
	}
	return w.copyJournal(to)
}

// readMarks collects the marks of the journal, so that their sizes can be told
// anew.
func (w *rewriting) readMarks() error {
	w.Marks = nil
	return w.read(journalFile, func(f *os.File, size int64) error {
		for frame, err := range journal.Frames(f, size) {
			m, is, bad := frame.Mark()
			if err := errors.Join(err, bad); err != nil {
				return err
			}
			if is {
				w.Marks = append(w.Marks, m.Record)
			}
		}
		return nil
	})
}

// read opens a file, if it is there.
func (w *rewriting) read(name string, do func(f *os.File, size int64) error) (err error) {
	if name == "" || !w.has(name) {
		return nil
	}
	f, err := w.dir.Read(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := do(f, info.Size()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (w *rewriting) copyText(holds string, to func(string) (io.Writer, error), erase func(io.Writer, writer.FileText) (writer.Copied, error)) (did writer.Copied, err error) {
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		name := w.named(holds + "." + string(format))
		err = errors.Join(err, w.read(name, func(f *os.File, _ int64) (err error) {
			out, err := to(name)
			if err != nil {
				return err
			}
			did, err = erase(out, writer.FileText{Name: name, Format: format, Text: f})
			return err
		}))
	}
	return did, err
}

// copyList copies the list of those whom mirror would have deleted.
func (w *rewriting) copyList(to func(string) (io.Writer, error)) error {
	name := w.named("absent.csv")
	return w.read(name, func(f *os.File, _ int64) error {
		out, err := to(name)
		if err != nil {
			return err
		}
		rows, lines := csv.NewReader(bufio.NewReader(f)), csv.NewWriter(out)
		rows.FieldsPerRecord = -1
		for row, err := rows.Read(); !errors.Is(err, io.EOF); row, err = rows.Read() {
			if err != nil {
				return errors.New("a line is not as usersync wrote it")
			}
			if len(row) > 0 && writer.UnquoteCell(row[0]) == w.id {
				w.listed++
				row = append([]string{writer.Erased}, make([]string, len(row)-1)...)
			}
			if err := lines.Write(row); err != nil {
				return err
			}
		}
		lines.Flush()
		return lines.Error()
	})
}

func (w *rewriting) copyJournal(to func(string) (io.Writer, error)) error {
	return w.read(journalFile, func(f *os.File, size int64) error {
		out, err := to(journalFile)
		if err != nil {
			return err
		}
		return journal.Rewrite(out, f, size, w.edit())
	})
}

func (w *rewriting) edit() journal.Edit {
	mark := 0
	return journal.Edit{
		Sent: func(s *journal.Sent) {
			var none [3]string
			if w.Note(&s.ID, &none[0], &none[1], &none[2]) {
				w.notes++
			}
		},
		Settled: func(o *journal.Outcome) {
			if w.Note(&o.ID, &o.Remote, &o.Detail, &o.RequestID) {
				w.notes++
			}
		},
		Mark: func(m *journal.Mark) {
			m.Results, m.Rejects = sizeAt(w.results, mark, m.Results), sizeAt(w.rejects, mark, m.Rejects)
			mark++
		},
	}
}

// sizeAt is where the rows up to a mark end; as it was if the file is gone.
func sizeAt(c writer.Copied, mark int, was int64) int64 {
	if mark < len(c.At) {
		return c.At[mark]
	}
	return was
}
