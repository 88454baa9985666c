package stack

import (
	"usersync/sync/destination"
	"usersync/sync/user"
)

// Protected refuses records of protected users, whatever the input says.
type Protected struct {
	destination.Destination
	IDs map[string]struct{}
}

// Check refuses the records of protected users.
func (p Protected) Check(r *user.Record) error {
	if _, protected := p.IDs[r.User.ID]; protected {
		return &user.InvalidError{Code: user.CodeProtected, Field: user.ID, Rule: "is protected: usersync never touches this user",
			Hint: "leave the row out, or remove the id from the --protect list"}
	}
	return p.Destination.Check(r)
}
