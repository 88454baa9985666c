package user

import (
	"errors"
	"strings"
)

// InvalidError says why a record cannot be sent. It names the column and the
// rule, and never holds the value.
type InvalidError struct {
	Code   string // a short word: ragged, bare_quote, bad_phone, ...
	Column string // the column's name in the input; may be empty
	Field  Field  // may be empty
	Rule   string // what must hold: "must be in E.164 form, such as +14155552671"
	Hint   string // what to do; may be empty
	// More are other faults of the same record.
	More []*InvalidError
}

// Error names the column and the field, if they are known, the rule and the hint, of each
// fault.
func (e *InvalidError) Error() string {
	var b strings.Builder
	switch {
	case e.Column != "" && string(e.Field) != e.Column && e.Field != "":
		b.WriteString("column " + e.Column + " (" + string(e.Field) + "): ")
	case e.Column != "":
		b.WriteString("column " + e.Column + ": ")
	case e.Field != "":
		b.WriteString(string(e.Field) + ": ")
	}
	b.WriteString(e.Rule)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	e.appendMore(&b)
	return b.String()
}

// NewInvalidError returns an *InvalidError without a column. Its type is error,
// so that a nil pointer never becomes a non-nil error.
func NewInvalidError(code string, f Field, rule, hint string) error {
	return &InvalidError{Code: code, Field: f, Rule: rule, Hint: hint}
}

// RefusedError says which rule about who a user is forbids to send a record. It never
// holds a value.
type RefusedError struct {
	Code string // one of the Code constants
	Rule string // what was found: "an earlier row has this id"
	Hint string // what to do; may be empty
}

// Error says the rule and the hint.
func (e *RefusedError) Error() string {
	if e.Hint == "" {
		return e.Rule
	}
	return e.Rule + "; " + e.Hint
}

// Unsent returns the outcome of a record that is not sent because of err: Refused if it
// is a *RefusedError, otherwise Invalid. It has err's text, and its code if it has one.
func Unsent(err error) Outcome {
	o := Outcome{Status: Invalid, Detail: err.Error()}
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		o.Status, o.Code = Refused, refused.Code
	}
	if bad, ok := errors.AsType[*InvalidError](err); ok {
		o.Code = bad.Code
	}
	return o
}
