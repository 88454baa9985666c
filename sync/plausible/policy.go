package plausible

import (
	"errors"
	"slices"
	"strings"
	"time"

	"usersync/sync/identity"
	"usersync/sync/user"
)

// What is done with a value that a field cannot have.
const (
	Refuse = "refuse" // the record is invalid
	Drop   = "drop"   // an optional field is left out, and the record is sent
	Warn   = "warn"   // the record is sent with it
)

// Policy is what is done with values that a field cannot have. The zero value checks nothing.
type Policy struct {
	Do string // one of the constants
	// Skips are the fields that are not checked here, because the client has stricter rules.
	Skips []user.Field
	// Rules returns what the API says against a record, as a *user.InvalidError; nil if
	// nothing. It is asked with Drop, to know which fields are optional.
	Rules func(*user.Record) error
	Now   time.Time
}

// Apply checks the values of a record, also of one that is invalid for another reason. It adds
// to its Err, drops fields, or notes which values do not look like what they are, and which
// are a word for a missing value.
func (p *Policy) Apply(r *user.Record) {
	if r.Op == user.Delete || r.Err != nil && !r.HasCells() {
		return
	}
	for i := 0; i < len(r.User.Attributes); i++ {
		a := &r.User.Attributes[i]
		bad := p.check(a)
		switch {
		case bad == nil:
			if a.Value.Kind == user.Text && IsNull(a.Value.Text) {
				r.Doubts = append(r.Doubts, user.Doubt{Kind: user.NullSent, Field: a.Field})
			}
		case p.Do == Warn:
			r.Doubts = append(r.Doubts, user.Doubt{Kind: user.SentAnyway, Field: a.Field})
		case p.Do == Drop && r.Err == nil && p.drop(r, i):
			i--
		default:
			r.Also(bad)
		}
	}
	if p.Do == Drop && r.Err == nil {
		p.dropRefused(r)
	}
}

// dropRefused drops what the API's own rules say against optional fields.
func (p *Policy) dropRefused(r *user.Record) {
	for p.Rules != nil {
		bad, ok := errors.AsType[*user.InvalidError](p.Rules(r))
		if !ok || !strings.HasPrefix(bad.Code, "bad_") {
			return
		}
		at := slices.IndexFunc(r.User.Attributes, func(a user.Attribute) bool { return a.Field == bad.Field })
		if at < 0 || !p.drop(r, at) {
			return
		}
	}
}

// drop drops attribute i, unless the API then misses it, or would take the user for another
// one, or for one who may sign in.
func (p *Policy) drop(r *user.Record, i int) bool {
	field, whole := r.User.Attributes[i].Field, r.User.Attributes
	if field == user.Active || field == user.UserName {
		return false
	}
	r.User.Attributes = slices.Delete(slices.Clone(whole), i, i+1)
	if p.Rules != nil && blames(p.Rules(r), field) {
		r.User.Attributes = whole
		return false
	}
	r.Doubts = append(r.Doubts, user.Doubt{Kind: user.Dropped, Field: field})
	return true
}

// blames reports whether one of the faults is that of a field, or that there is nothing left.
func blames(err error, f user.Field) bool {
	bad, ok := errors.AsType[*user.InvalidError](err)
	if !ok {
		return false
	}
	mine := func(e *user.InvalidError) bool { return e.Field == f || strings.HasPrefix(e.Code, "nothing_") }
	return mine(bad) || slices.ContainsFunc(bad.More, mine)
}

func (p *Policy) check(a *user.Attribute) error {
	if p.Do == "" || a.Value.Kind == user.Clear || slices.Contains(p.Skips, a.Field) {
		return nil
	}
	text, err := a.Value.Plain()
	if err != nil {
		return nil // the client says so
	}
	return Check(a.Field, text, p.Now)
}

// IsNull reports whether a text is one that databases and programs write for a missing value,
// and that is nobody's name.
func IsNull(text string) bool {
	switch text {
	case "NULL", "null", "(null)", "<null>", "[NULL]", `\N`, "#N/A", "#REF!", "#VALUE!", "#NAME?", "NaN", "<NA>", "undefined":
		return true
	}
	return identity.IsSpreadsheetError(text)
}
