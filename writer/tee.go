package writer

import "usersync/sync/user"

// Tee returns a Writer that passes every outcome to each of the writers in turn. It stops at the
// first error, so later writers count only what the earlier ones have written.
func Tee(writers ...Writer) Writer { return tee(writers) }

type tee []Writer

// Write stops at the first error.
func (t tee) Write(o *user.Outcome) error {
	for _, w := range t {
		if err := w.Write(o); err != nil {
			return err
		}
	}
	return nil
}

// Only returns a Writer that passes on to w the outcomes for which keep returns true.
func Only(keep func(*user.Outcome) bool, w Writer) Writer { return only{keep, w} }

type only struct {
	keep func(*user.Outcome) bool
	to   Writer
}

// Write passes o on, or does nothing.
func (f only) Write(o *user.Outcome) error {
	if !f.keep(o) {
		return nil
	}
	return f.to.Write(o)
}
