// Package user holds the types that the rest of usersync shares: a Record is
// read, planned, sent in a Batch, and ends as exactly one Outcome.
//
// It imports the standard library only, does no input or output, and knows
// neither a file format nor an API.
package user

import "strconv"

// User is one user as the input describes it. It holds only the fields in the
// row: a field left out is never sent, and is not the same as an empty one.
type User struct {
	// ID is the caller's key, without surrounding white space and otherwise byte
	// for byte as read. It is never empty in a record without an Err.
	ID string
	// Attributes are the fields present, in the order of the input's columns,
	// each at most once, without id.
	Attributes []Attribute
	// Secrets are the fields whose values must not be shown: ssn, password.
	Secrets []SecretAttribute
}

// Attribute is a field and its value.
type Attribute struct {
	Field Field
	Value Value
}

// SecretAttribute is a field whose value cannot be printed.
type SecretAttribute struct {
	Field Field
	Value Secret
}

// Value returns the user's value of f, and whether f is present.
func (u *User) Value(f Field) (Value, bool) {
	for i := range u.Attributes {
		if u.Attributes[i].Field == f {
			return u.Attributes[i].Value, true
		}
	}
	return Value{}, false
}

// Secret returns the user's secret f, and whether f is present.
func (u *User) Secret(f Field) (Secret, bool) {
	for i := range u.Secrets {
		if u.Secrets[i].Field == f {
			return u.Secrets[i].Value, true
		}
	}
	return Secret{}, false
}

// String names the user by id alone, so that %v shows no attribute.
func (u User) String() string { return "user " + strconv.Quote(u.ID) }

// GoString returns String(), so that %#v shows no attribute either.
func (u User) GoString() string { return u.String() }
