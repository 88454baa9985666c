package destination

import (
	"slices"

	"usersync/sync/user"
)

// Compare compares r with what an API returned about its user. It skips what the API
// does not return; same reports whether two values are the same to the API.
func Compare(r *user.Record, held []user.Attribute, same func(f user.Field, ours, theirs user.Value) bool) Found {
	found := Found{Presence: Same, Held: held}
	shown := user.User{Attributes: held}
	for _, a := range r.User.Attributes {
		if theirs, ok := shown.Value(a.Field); ok && !same(a.Field, a.Value, theirs) {
			found.Presence, found.Differs = Different, append(found.Differs, a.Field)
		}
	}
	return found
}

// Shows reports whether the API returned a value for everything that r carries. A
// value that it does not return cannot be called the same, and neither can a user who may have
// to be let in.
func (f Found) Shows(r *user.Record) bool {
	return len(r.User.Secrets) == 0 && f.ShowsAllBut(r, nil)
}

// ShowsAllBut is like Shows, but expects neither secrets nor the fields that the API
// never shows. What is the same then is all that any read could tell.
func (f Found) ShowsAllBut(r *user.Record, unshown []user.Field) bool {
	if f.PerhapsInactive {
		return false
	}
	held := user.User{Attributes: f.Held}
	for _, a := range r.User.Attributes {
		if _, ok := held.Value(a.Field); !ok && !slices.Contains(unshown, a.Field) {
			return false
		}
	}
	return true
}
