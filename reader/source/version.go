package source

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"time"

	"usersync/reader/place"
)

// ErrChanged is part of the error of a file that was written to while it was read:
// what is read of it may be put together from two versions.
var ErrChanged = errors.New("the file was changed while it was read")

// Version tells one version of an input from another. The zero value is that of a pipe.
type Version struct {
	file   fs.FileInfo // of a local file
	object place.Version
}

// Known reports whether another version could be told from it.
func (v Version) Known() bool { return v.file != nil || v.object.Known() }

// Size is in bytes; 0 if it is not known.
func (v Version) Size() int64 {
	if v.file != nil {
		return v.file.Size()
	}
	return max(0, v.object.Size)
}

// modified is zero if it is not known.
func (v Version) modified() time.Time {
	if v.file != nil {
		return v.file.ModTime()
	}
	return v.object.Modified
}

// SameFile reports whether two versions are of one file, found by the same path.
func (v Version) SameFile(other Version) bool {
	if v.file == nil || other.file == nil {
		return v.file == nil && other.file == nil
	}
	return os.SameFile(v.file, other.file)
}

// Moved reports whether the path of a local file names another file by now.
func (v Version) Moved(path string) bool {
	if v.file == nil {
		return false
	}
	now, err := os.Stat(path)
	return err == nil && !os.SameFile(now, v.file)
}

// Same reports whether two versions of one file are the same.
func (v Version) Same(other Version) bool {
	if v.file == nil || other.file == nil {
		return v.SameFile(other) && v.object.Same(other.object)
	}
	return v.file.Size() == other.file.Size() && v.file.ModTime().Equal(other.file.ModTime())
}

// watched is what is read, and what it was when it was opened.
type watched struct {
	file   *os.File      // nil if it is at a URL
	object *place.Reader // nil if it is a local file
	was    Version
}

// watch begins to watch f; nil if it is not a regular file. It does not own f.
func watch(f *os.File, info fs.FileInfo) *watched {
	if !info.Mode().IsRegular() {
		return nil
	}
	return &watched{file: f, was: Version{file: info}}
}

// check returns an error with ErrChanged if the open file has another size or another
// time of change than when it was opened, whatever its path names by now. It asks no server.
func (w *watched) check() error {
	if w.file == nil {
		return nil
	}
	now, err := w.file.Stat()
	if err != nil {
		return err
	}
	if !w.was.Same(Version{file: now}) {
		return ErrChanged
	}
	return nil
}

// checkNow is check, and asks the server of an object.
func (w *watched) checkNow() error {
	if w.object == nil {
		return w.check()
	}
	return w.object.Check()
}

// Version is the input as it was when it was opened; the zero value if it is a pipe.
func (s *Source) Version() Version {
	if s.raw.watched == nil {
		return Version{}
	}
	return s.raw.was
}

// Unchanged returns an *Error with ErrChanged if the file was written to since it was
// opened, or if the version of an object that was opened is not there any more. It works until
// Close, also after Release.
func (s *Source) Unchanged() error {
	if s.raw.watched == nil {
		return nil
	}
	if err := s.raw.watched.checkNow(); err != nil {
		return s.name.changed(err)
	}
	return nil
}

// oldEnough returns an *Error if the file was modified less than age ago.
func (w *watched) oldEnough(n name, age time.Duration) error {
	if age <= 0 || w == nil {
		return nil
	}
	modified := w.was.modified()
	if modified.IsZero() {
		return &Error{File: string(n), Rule: "has no date, and min_age asks for " + age.String(), Hint: "leave min_age out for it"}
	}
	since := time.Since(modified)
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
