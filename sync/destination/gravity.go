package destination

import (
	"slices"

	"usersync/sync/user"
)

// Gravity orders what is said of one user: of several verdicts the least certain
// stands, then the least hopeful. Successes are below all, at -1.
func Gravity(s user.Status) int {
	return slices.Index([]user.Status{user.Busy, user.Missing, user.Exists, user.Refused, user.InDoubt}, s)
}
