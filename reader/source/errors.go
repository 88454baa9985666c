package source

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"usersync/reader/place"
	"usersync/reader/workbook"
)

// Error says that an input cannot be read, or not to its end.
type Error struct {
	File string
	Rule string // what is wrong, without any content of the file
	Hint string // what to do; may be empty
	Err  error  // may be nil
}

// Error names the file and the rule.
func (e *Error) Error() string { return e.File + ": " + e.Rule }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// name is that of an input, as shown in messages. It makes the errors that say why the input
// cannot be read.
type name string

// unopened is the error of a file that the system does not open.
func (n name) unopened(err error) *Error {
	if e, ok := errors.AsType[*place.Error](err); ok {
		return n.atPlace(e)
	}
	e := &Error{File: string(n), Rule: "cannot be opened", Err: err}
	switch {
	case errors.Is(err, os.ErrNotExist) && strings.ContainsAny(string(n), "*?["):
		e.Rule, e.Hint = "no such file", "a pattern is expanded by the shell, which does not do so in quotes, or under from: in the config"
	case errors.Is(err, os.ErrNotExist):
		e.Rule, e.Hint = "no such file", "check the path; a relative one starts at the working directory"
	case errors.Is(err, os.ErrPermission):
		e.Rule, e.Hint = "may not be read by this user", "check its permissions: ls -l "+string(n)
	}
	return e
}

// atPlace is the error of a place that holds the file.
func (n name) atPlace(e *place.Error) *Error {
	all := &Error{File: string(n), Rule: e.Rule, Hint: e.Hint, Err: e}
	if e.Kind == place.Changed {
		all.Err = errors.Join(ErrChanged, e)
	}
	return all
}

// unread is the error of a read; one that names its rule already is returned unchanged.
func (n name) unread(err error) error {
	if e, ok := errors.AsType[*workbook.Error](err); ok {
		return &Error{File: string(n), Rule: e.Rule, Hint: e.Hint, Err: e}
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return n.changed(err)
}

// changed is the error of a file that was written to, or that cannot be read.
func (n name) changed(err error) *Error {
	if e, ok := errors.AsType[*place.Error](err); ok {
		return n.atPlace(e)
	}
	if !errors.Is(err, ErrChanged) {
		return &Error{File: string(n), Rule: "cannot be read further", Err: err}
	}
	return &Error{File: string(n), Rule: "was changed while it was read, so that rows may mix two versions of it",
		Hint: "let the job that writes it write another file and rename that, or wait until it has ended; --min-age 1m refuses a file that was just written", Err: err}
}

// damaged is the error of a decompressor.
func (n name) damaged(err error) *Error {
	if _, ok := errors.AsType[*place.Error](err); ok || errors.Is(err, ErrChanged) {
		return n.changed(err)
	}
	e := &Error{File: string(n), Rule: "the archive is damaged", Err: err}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		e.Rule, e.Hint = "the archive is truncated: its end is missing", "fetch the complete file again"
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		e.Rule, e.Hint = "the archive needs a zstd window above 32 MiB", "compress it again without --long"
	case errors.Is(err, gzip.ErrHeader):
		e.Hint = "bytes that are not gzip follow or replace its content; fetch the file again"
	}
	return e
}
