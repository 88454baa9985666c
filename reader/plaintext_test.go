package reader

import (
	"testing"

	"usersync/sync/user"
)

// A spreadsheet's ="..." is taken off, but never off a secret, which is sent unchanged.
func TestPlainText(t *testing.T) {
	cells := []user.Value{{Text: `="00123"`}, {Text: `="a ""b"""`}, {Text: `="hunter2"`}, {Text: `="`}, {Text: `=1+1`}}
	plainText(cells, func(column int) bool { return column == 2 })
	for i, want := range []string{"00123", `a "b"`, `="hunter2"`, `="`, "=1+1"} {
		if cells[i].Text != want {
			t.Errorf("cell %d is %q, want %q", i, cells[i].Text, want)
		}
	}
}
