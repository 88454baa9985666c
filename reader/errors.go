package reader

import (
	"errors"
	"strconv"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/place"
	"usersync/reader/proof"
	"usersync/reader/source"
	"usersync/sync/visible"
)

// InputError says that an input cannot be read, or not to its end. It never holds the
// content of a row.
type InputError struct {
	File string
	Line int    // 0 if it is about the file as a whole
	Rule string // what is wrong
	Hint string // what to do; may be empty
	Err  error  // may be nil
}

// Error names file, line and rule. The hint is separate, for its own line.
func (e *InputError) Error() string {
	text := visible.Text(e.File)
	if e.Line > 0 {
		text += ":" + strconv.Itoa(e.Line)
	}
	return text + ": " + e.Rule
}

// Unwrap returns Err.
func (e *InputError) Unwrap() error { return e.Err }

// inputError adds file and line to err.
func inputError(file string, line int, err error) *InputError {
	if ie, ok := errors.AsType[*InputError](err); ok {
		if ie.File == "" {
			ie.File, ie.Line = file, line
		}
		return ie
	}
	if e, ok := errors.AsType[*frame.Error](err); ok {
		return &InputError{File: file, Line: e.Line, Rule: e.Rule, Hint: e.Hint, Err: e.Err}
	}
	if e, ok := errors.AsType[*proof.SidecarError](err); ok {
		hint := "write it again with sha256sum, or remove it"
		if at, ok := errors.AsType[*place.Error](e.Err); ok { // nothing is known about what it says
			hint = at.Hint
		}
		return &InputError{File: e.File, Rule: e.Rule, Hint: hint, Err: e.Err}
	}
	if e, ok := errors.AsType[*source.Error](err); ok {
		return &InputError{File: e.File, Line: line, Rule: e.Rule, Hint: e.Hint, Err: err}
	}
	if e, ok := errors.AsType[*mapping.Error](err); ok {
		hint := e.Hint
		named := *e
		named.Hint = ""
		return &InputError{File: file, Line: line, Rule: named.Error(), Hint: hint, Err: err}
	}
	return &InputError{File: file, Line: line, Rule: "cannot be read", Err: err}
}
