package stack

import (
	"usersync/sync/destination"
	"usersync/sync/user"
)

// Protected never touches some users, whatever the input says.
type Protected struct {
	destination.Destination
	IDs map[string]struct{}
}

// Check refuses the records of protected users.
func (p Protected) Check(r *user.Record) error {
	if _, protected := p.IDs[r.User.ID]; protected {
		return &user.InvalidError{Code: user.CodeProtected, Field: user.ID, Rule: "is protected, so that nothing is done to this user",
			Hint: "leave the row out, or take the id off the list of --protect"}
	}
	return p.Destination.Check(r)
}
