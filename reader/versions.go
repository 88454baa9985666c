package reader

import (
	"errors"
	"slices"

	"usersync/reader/place"
	"usersync/reader/source"
)

// maxKept is how many files stay open after they were read, so that a later change to
// them is found. It is far below what a process may open.
const maxKept = 64

// versions are those of the input's files, as they were first seen.
type versions struct {
	seen []source.Version // by path
	// kept are files that were read to their end, still open: their inodes cannot be
	// given to other files.
	kept []*source.Source
	// once says that a file of the input cannot be read twice, expected that something
	// is expected of a file.
	once, expected bool
	checked        bool // what is expected was checked before the first delete
	moved          []string
}

func newVersions(n int) versions { return versions{seen: make([]source.Version, n)} }

// see notes what file i was when it was first opened.
func (v *versions) see(i int, f *file) {
	v.seen[i] = f.source.Version()
	v.once = v.once || f.source.Once()
	v.expected = v.expected || f.sidecar != ""
}

// keep releases a file that was read to its end, and closes it if too many are open.
func (v *versions) keep(f *file) error {
	if !f.source.Version().Known() || len(v.kept) == maxKept {
		return f.source.Close()
	}
	v.kept = append(v.kept, f.source)
	return f.source.Release()
}

func (v *versions) close() error {
	var errs []error
	for _, s := range v.kept {
		errs = append(errs, s.Close())
	}
	v.kept = nil
	return errors.Join(errs...)
}

// reopened compares file i, which was opened and closed before, with what it was then.
// A path that names another file now is a remark, unless that file decides about a
// delete that was already checked.
func (v *versions) reopened(i int, f *file, e *evidence) error {
	was, now := v.seen[i], f.source.Version()
	if !was.Known() || !now.Known() {
		return nil
	}
	same := was.SameFile(now)
	if same && was.Same(now) {
		return nil
	}
	if !same && !v.checked {
		v.seen[i] = now
		e.warnings = append(e.warnings, f.name+": the path names another file than when the run began; that file is read")
		return nil
	}
	err := &InputError{File: f.name, Rule: "was changed after it was checked", Hint: "let the job that writes it end before the run begins", Err: source.ErrChanged}
	if closed := f.close(); closed != nil {
		return errors.Join(err, closed)
	}
	return err
}

// Unchanged returns an *InputError with source.ErrChanged if a file was written to
// since it was opened. Ask it when Records has ended and before a user missing from
// the input is deleted, and when the run ends. A path that names another file by then
// is a warning: the file that was read stays what it was. If the only fault is that a place
// does not answer, or no longer takes these credentials, the error wraps a *place.Error that
// is Lost or Denied: every byte that was read is of one version all the same.
func (in *Input) Unchanged() error {
	var unasked error
	check := func(name string, s *source.Source) error {
		if unasked != nil && place.Is(name) {
			return nil // it would be waited for, too
		}
		err := s.Unchanged()
		switch kind, at := place.KindOf(err); {
		case err == nil:
			return nil
		case at && (kind == place.Lost || kind == place.Denied):
			unasked = inputError(name, 0, err)
			return nil
		}
		return inputError(name, 0, err)
	}
	for _, f := range in.files {
		if f != nil {
			if err := check(f.name, f.source); err != nil {
				return err
			}
		}
	}
	for _, s := range in.versions.kept {
		if err := check(s.Name(), s); err != nil {
			return err
		}
		in.versions.noteMoved(in, s)
	}
	return unasked
}

// noteMoved warns, once, of a path that names another file by now.
func (v *versions) noteMoved(in *Input, s *source.Source) {
	if !s.Version().Moved(s.Name()) || slices.Contains(v.moved, s.Name()) {
		return
	}
	v.moved = append(v.moved, s.Name())
	in.evidence.warnings = append(in.evidence.warnings, s.Name()+": the path names another file by now than the one that was read")
}
