package run

import (
	"testing"

	"usersync/sync/user"
)

// The limit of renames is that of the whole run, so what an earlier part did counts.
func TestRenamedIn(t *testing.T) {
	settled := []user.Settled{{Status: user.Updated, Code: user.CodeRenamed}, {Status: user.Updated}, {Status: user.Refused, Code: user.CodeSameUser}, {Status: user.Updated, Code: user.CodeRenamed}}
	if n := renamedIn(settled); n != 2 {
		t.Errorf("%d renamed, want 2", n)
	}
}
