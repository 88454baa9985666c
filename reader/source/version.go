package source

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"time"
)

// ErrChanged is part of the error of a file that was written to while it was read:
// what is read of it may be put together from two versions.
var ErrChanged = errors.New("the file was changed while it was read")

// watched is a regular file that is read, and what it was when it was opened.
type watched struct {
	file *os.File
	was  fs.FileInfo
}

// watch begins to watch f; nil if it is not a regular file. It does not own f.
func watch(f *os.File, info fs.FileInfo) *watched {
	if !info.Mode().IsRegular() {
		return nil
	}
	return &watched{f, info}
}

// check returns an error with ErrChanged if the open file has another size or another
// time of change than when it was opened, whatever its path names by now.
func (w *watched) check() error {
	now, err := w.file.Stat()
	if err != nil {
		return err
	}
	if !SameVersion(w.was, now) {
		return ErrChanged
	}
	return nil
}

// SameVersion reports whether two looks at one file saw the same version of it.
func SameVersion(a, b fs.FileInfo) bool {
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// Version is the file as it was when it was opened; nil if it is not a regular file.
func (s *Source) Version() fs.FileInfo {
	if s.raw.watched == nil {
		return nil
	}
	return s.raw.watched.was
}

// Unchanged returns an *Error with ErrChanged if the file was written to since it was
// opened. It works until Close, also after Release.
func (s *Source) Unchanged() error {
	if s.raw.watched == nil {
		return nil
	}
	if err := s.raw.watched.check(); err != nil {
		return s.name.changed(err)
	}
	return nil
}

// oldEnough returns an *Error if the file was modified less than age ago.
func (w *watched) oldEnough(n name, age time.Duration) error {
	if age <= 0 || w == nil {
		return nil
	}
	since := time.Since(w.was.ModTime())
	if since >= age {
		return nil
	}
	e := &Error{File: string(n), Rule: "was modified " + strconv.Itoa(int(since.Seconds())) + " seconds ago, and min_age asks for " + age.String(),
		Hint: "the job that writes it may not have ended: run again later"}
	if since < 0 {
		e.Rule, e.Hint = "was modified in the future, and min_age asks for "+age.String(), "compare this machine's clock with that of the machine that writes the file"
	}
	return e
}
