// Package scrub makes a copy of what a run has left that is safe to attach to a public report
// of a bug: a tar.gz without values, ids, addresses, names of files and settings of your own.
//
// What is copied is decided by what is known to be harmless, not by what is known to be
// personal: a text in a place that this package does not know is left out. It changes no file
// of the run. Start at Write.
package scrub

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"usersync/cmd/usersync/internal/history"
	"usersync/writer/rundir"
)

// Setting is a setting of the run. Value is empty if it is not known to be harmless.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// Config are the settings of the run, or why they are not known.
type Config struct {
	Settings []Setting `json:"settings,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// Written says what a bundle holds.
type Written struct {
	Rows, LeftOut int // of results
	Calls         int // of the log of calls
	Unreadable    int // rows of results that are not as usersync writes them
}

// Write writes the bundle of a run to w. Its errors are those of the run's files and of w.
func Write(w io.Writer, r *history.Run, c Config) (done Written, err error) {
	dir, err := rundir.Open(r.Dir, r.ID)
	if err != nil {
		return done, &history.LookupError{Err: err}
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	b := &bundle{name: "usersync-" + r.ID, at: r.Journal.Header.Started, mask: newMask()}
	if err := b.collect(dir, r, c); err != nil {
		return done, err
	}
	b.written.Calls, b.written.LeftOut = b.calls, b.leftOut
	b.add("README.txt", []byte(b.readme()))
	return b.written, b.write(w)
}

// bundle is the files of a bundle so far. They are bounded, so they are held in memory.
type bundle struct {
	name  string
	at    time.Time
	mask  *mask
	files []file
	ended bool // the run, so that its summary is about all of it

	written        Written
	calls, leftOut int
}

type file struct {
	name string
	text []byte
}

func (b *bundle) add(name string, text []byte) { b.files = append(b.files, file{name, text}) }

// addJSON adds a document.
func (b *bundle) addJSON(name string, v any) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	b.add(name, out.Bytes())
	return nil
}

func (b *bundle) collect(dir *rundir.Dir, r *history.Run, c Config) error {
	if err := b.addJSON("run.json", runFacts(r)); err != nil {
		return err
	}
	if err := b.addJSON("settings.json", c); err != nil {
		return err
	}
	if b.ended = r.Journal.End != nil; b.ended {
		if err := b.summary(dir); err != nil {
			return err
		}
	}
	for _, part := range []func(*rundir.Dir) error{b.results, b.attempts} {
		if err := part(dir); err != nil {
			return err
		}
	}
	return nil
}

// write packs the files, with no name of a person or a machine.
func (b *bundle) write(w io.Writer) error {
	zipped := gzip.NewWriter(w)
	packed := tar.NewWriter(zipped)
	for _, f := range b.files {
		h := &tar.Header{Name: b.name + "/" + f.name, Mode: 0o644, Size: int64(len(f.text)), ModTime: b.at, Typeflag: tar.TypeReg}
		if err := packed.WriteHeader(h); err != nil {
			return err
		}
		if _, err := packed.Write(f.text); err != nil {
			return err
		}
	}
	return errors.Join(packed.Close(), zipped.Close())
}
