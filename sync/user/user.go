// Package user holds the words that the rest of usersync shares: a Record is
// read, planned, sent in a Batch, and leaves as exactly one Outcome.
//
// It imports the standard library only, does no input or output, and knows
// neither a file format nor an API.
package user

import "strconv"

// User is one user as the input describes it. It holds only the fields that
// the row has: a field left out is never sent, and is not the same as an empty
// one.
type User struct {
	// ID is the caller's key, trimmed of surrounding white space, else byte for
	// byte as read. It is never empty in a record without an Err.
	ID string
	// Attributes are the fields present, in the order of the input's columns,
	// each at most once, without id.
	Attributes []Attribute
	// Secrets are the fields whose values must not show: ssn, password.
	Secrets []SecretAttribute
}

// Attribute is a field and what it holds.
type Attribute struct {
	Field Field
	Value Value
}

// SecretAttribute is a field whose value cannot be printed.
type SecretAttribute struct {
	Field Field
	Value Secret
}

// Value returns what the user holds for f, and whether f is present at all.
func (u *User) Value(f Field) (Value, bool) {
	for i := range u.Attributes {
		if u.Attributes[i].Field == f {
			return u.Attributes[i].Value, true
		}
	}
	return Value{}, false
}

// Secret returns the secret held for f, and whether f is present.
func (u *User) Secret(f Field) (Secret, bool) {
	for i := range u.Secrets {
		if u.Secrets[i].Field == f {
			return u.Secrets[i].Value, true
		}
	}
	return Secret{}, false
}

// String names the user by id alone, so that a stray %v shows no attribute.
func (u User) String() string { return "user " + strconv.Quote(u.ID) }

// GoString is String: %#v shows no attribute either.
func (u User) GoString() string { return u.String() }
