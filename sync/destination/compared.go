package destination

import "usersync/sync/user"

// Compared holds r against what an API shows of its user. What is not shown is not
// compared; same tells whether a value of r and the one that is shown are the same
// to the API.
func Compared(r *user.Record, held []user.Attribute, same func(f user.Field, ours, theirs user.Value) bool) Found {
	found := Found{Presence: Same, Held: held}
	shown := user.User{Attributes: held}
	for _, a := range r.User.Attributes {
		if theirs, ok := shown.Value(a.Field); ok && !same(a.Field, a.Value, theirs) {
			found.Presence, found.Differs = Different, append(found.Differs, a.Field)
		}
	}
	return found
}
