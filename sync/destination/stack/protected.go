package stack

import (
	"usersync/sync/destination"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Protected never touches some users, whatever the input says.
type Protected struct {
	destination.Destination
	IDs *protect.List
}

// Check refuses the records of protected users.
func (p Protected) Check(r *user.Record) error {
	if p.IDs.See(r.User.ID, r.Origin.Line) {
		return &user.InvalidError{Code: user.CodeProtected, Field: user.ID, Rule: "is protected, so that nothing is done to this user",
			Hint: "leave the row out, or take the id off the list of --protect"}
	}
	return p.Destination.Check(r)
}
