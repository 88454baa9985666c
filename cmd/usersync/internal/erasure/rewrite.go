package erasure

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"usersync/sync/journal"
	"usersync/sync/pseudonym"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/attempts"
	"usersync/writer/rundir"
)

// eraser rewrites the files of one run without one user.
type eraser struct {
	writer.Erasure
	dir   *rundir.Dir
	files []string // names of all files in the directory
	id    string
	ids   pseudonym.Key // of the results

	results, rejects writer.Copied
	notes, listed    int
	pending          []*rundir.File // new files, in the order they were written
}

func (e *eraser) has(name string) bool { return slices.Contains(e.files, name) }

// named returns the name of a file, complete or partial; empty if it does not exist.
func (e *eraser) named(name string) string {
	for _, n := range []string{name, name + ".partial"} {
		if e.has(n) {
			return n
		}
	}
	return ""
}

func (e *eraser) changes() bool {
	return e.results.Erased+e.rejects.Erased+e.notes+e.listed > 0
}

// copyAll copies every file that can hold the user to the writers that to returns.
func (e *eraser) copyAll(to func(name string) (io.Writer, error)) error {
	e.Erasure.ID = e.id
	if err := e.readCheckpoints(); err != nil {
		return err
	}
	results, err := e.copyText("results", to, e.Results)
	if err != nil {
		return err
	}
	e.results = results
	if e.rejects, err = e.copyText("rejects", to, e.Rejects); err != nil {
		return err
	}
	if err := errors.Join(e.copyList(to), e.copyAttempts(to), e.copyTraffic(to)); err != nil {
		return err
	}
	return e.copyJournal(to)
}

// readCheckpoints collects the checkpoints of the journal: the file sizes in them change
// with the files.
func (e *eraser) readCheckpoints() error {
	e.Checkpoints = nil
	return e.read(rundir.JournalName, func(f *os.File, size int64) error {
		for frame, err := range journal.Frames(f, size) {
			m, is, bad := frame.Checkpoint()
			if err := errors.Join(err, bad); err != nil {
				return err
			}
			if is {
				e.Checkpoints = append(e.Checkpoints, m.Record)
			}
		}
		return nil
	})
}

// read opens a file, if it exists.
func (e *eraser) read(name string, do func(f *os.File, size int64) error) (err error) {
	if name == "" || !e.has(name) {
		return nil
	}
	f, err := e.dir.Read(name)
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

func (e *eraser) copyText(holds string, to func(string) (io.Writer, error), erase func(io.Writer, writer.FileText) (writer.Copied, error)) (did writer.Copied, err error) {
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		name := e.named(holds + "." + string(format))
		err = errors.Join(err, e.read(name, func(f *os.File, _ int64) (err error) {
			out, err := to(name)
			if err != nil {
				return err
			}
			did, err = erase(out, writer.FileText{Name: name, Format: format, Text: f, Pseudonyms: e.ids})
			return err
		}))
	}
	return did, err
}

// copyAttempts copies the log of calls, without the request ids of the user's.
func (e *eraser) copyAttempts(to func(string) (io.Writer, error)) error {
	return e.read(rundir.AttemptsName, func(f *os.File, _ int64) error {
		out, err := to(rundir.AttemptsName)
		if err != nil {
			return err
		}
		_, err = attempts.Erase(out, f, e.Mine)
		return err
	})
}

// copyTraffic copies the descriptions of calls, without those that carried the user.
func (e *eraser) copyTraffic(to func(string) (io.Writer, error)) error {
	return e.read(rundir.TrafficName, func(f *os.File, _ int64) error {
		out, err := to(rundir.TrafficName)
		if err != nil {
			return err
		}
		return attempts.EraseLines(out, f, e.Mine)
	})
}

// copyList copies the list of users that a mirror would have deleted.
func (e *eraser) copyList(to func(string) (io.Writer, error)) error {
	name := e.named("absent.csv")
	return e.read(name, func(f *os.File, _ int64) error {
		out, err := to(name)
		if err != nil {
			return err
		}
		rows, lines := csv.NewReader(bufio.NewReader(f)), csv.NewWriter(out)
		rows.FieldsPerRecord = -1
		for row, err := rows.Read(); !errors.Is(err, io.EOF); row, err = rows.Read() {
			if err != nil {
				return errors.New("a line is not in the format that usersync writes")
			}
			if len(row) > 0 && e.ids.ID(writer.UnquoteCell(row[0])) == e.id {
				e.listed++
				row = append([]string{user.Erased}, make([]string, len(row)-1)...)
			}
			if err := lines.Write(row); err != nil {
				return err
			}
		}
		lines.Flush()
		return lines.Error()
	})
}

func (e *eraser) copyJournal(to func(string) (io.Writer, error)) error {
	return e.read(rundir.JournalName, func(f *os.File, size int64) error {
		out, err := to(rundir.JournalName)
		if err != nil {
			return err
		}
		return journal.Rewrite(out, f, size, e.edit())
	})
}

func (e *eraser) edit() journal.Edit {
	next := 0
	return journal.Edit{
		Sent: func(s *journal.Sent) {
			if s.ID == e.id {
				s.ID = user.Erased
				e.notes++
			}
		},
		Settled: func(o *user.Settled) {
			e.Meet(o)
			switch {
			case o.ID == e.id:
				o.Erase()
				e.notes++
			case e.LedTo(o):
				o.Remote = ""
				e.notes++
			}
		},
		Checkpoint: func(m *journal.Checkpoint) {
			m.Results, m.Rejects = sizeAt(e.results, next, m.Results), sizeAt(e.rejects, next, m.Rejects)
			next++
		},
	}
}

// sizeAt is where the rows up to checkpoint n end; unchanged if the file does not exist.
func sizeAt(c writer.Copied, n int, was int64) int64 {
	if n < len(c.At) {
		return c.At[n]
	}
	return was
}
