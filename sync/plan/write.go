package plan

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
	"usersync/sync/visible"
)

// File is the file that a plan is written to.
type File interface {
	io.WriteCloser
	// Path is where the bytes are. It ends in .partial until Commit renames the file; a
	// pipe or a device has its own name from the start.
	Path() string
	// Commit makes the file durable, gives it its final name and closes it.
	Commit() error
}

// Writer writes a plan. It is for one goroutine.
type Writer struct {
	file         File
	lines        *bufio.Writer
	digest       hash.Hash
	fingerprints *fingerprints
	end          end

	finished bool
}

// NewWriter starts a plan in f, which it takes over. The key is for the records'
// fingerprints.
func NewWriter(f File, h Header, key fingerprint.Key) (*Writer, error) {
	w := &Writer{file: f, digest: sha256.New(), fingerprints: newFingerprints(key)}
	w.lines = bufio.NewWriter(io.MultiWriter(f, w.digest))
	h.Format = format
	return w, w.write(h)
}

// write writes a line. Later calls return its error too.
func (w *Writer) write(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := visible.NewWriter(w.lines).Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// Add adds the call that is planned for a record: Create, Update, Delete or SameAsPlanned.
// Records without one are left out.
func (w *Writer) Add(r *user.Record, op user.Op) error {
	w.end.Lines++
	if op != user.SameAsPlanned {
		w.end.Calls++
	}
	return w.write(line{Record: r.Origin.Record, ID: r.User.ID, Op: op, Print: w.fingerprints.of(&r.User)})
}

// Finish writes the end and gives the file its name. Records is the number of records in the
// input.
func (w *Writer) Finish(records int) error {
	if err := w.lines.Flush(); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	w.end.Records, w.end.SHA256 = records, hex.EncodeToString(w.digest.Sum(nil))
	err := w.write(w.end)
	if err == nil {
		err = w.lines.Flush()
	}
	if err == nil {
		err = w.file.Commit()
	}
	w.finished = err == nil
	return err
}

// Drop removes what was written so far. After Finish it does nothing, so you can defer it.
func (w *Writer) Drop() error {
	if w.finished {
		return nil
	}
	path := w.file.Path()
	err := w.file.Close()
	if strings.HasSuffix(path, ".partial") { // otherwise it is a pipe or a device
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
