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

// Shows reports whether the API showed a value for all that r carries. What it
// does not show cannot be called the same.
func (f Found) Shows(r *user.Record) bool {
	held := user.User{Attributes: f.Held}
	for _, a := range r.User.Attributes {
		if _, ok := held.Value(a.Field); !ok {
			return false
		}
	}
	return len(r.User.Secrets) == 0
}
