package stack

import (
	"usersync/sync/destination"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Protected refuses records of protected users, whatever the input says.
type Protected struct {
	destination.Destination
	IDs *protect.List
}

// Check refuses the records of protected users.
func (p Protected) Check(r *user.Record) error {
	if p.IDs.See(r.User.ID, r.Origin.Line) {
		return &user.InvalidError{Code: user.CodeProtected, Field: user.ID, Rule: "is protected: usersync never touches this user",
			Hint: "leave the row out, or remove the id from the --protect list"}
	}
	return p.Destination.Check(r)
}
