package destination

import (
	"slices"

	"usersync/sync/user"
)

// Severity orders what several answers say about one user: the least certain status
// wins, then the worst one. Successes come last, at -1.
func Severity(s user.Status) int {
	return slices.Index([]user.Status{user.Busy, user.Missing, user.Exists, user.Conflict, user.Refused, user.InDoubt}, s)
}
