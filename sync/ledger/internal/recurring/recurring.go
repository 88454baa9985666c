// Package recurring remembers rows of the input that end as refused or invalid, run after
// run: in how many finished runs, since when, and when they were last sent. It keeps no
// value, only ids and keyed hashes. It does not decide which of them are sent again.
//
// Start at Met and at Record to write, and at Row and at Of to read.
package recurring

import (
	"time"

	"usersync/sync/user"
)

// Row is a row of the input that was refused or invalid the last time that a run met it.
type Row struct {
	ID     string // empty: the row has none that can be read
	Feed   string
	Hash   int64       // keyed, of what the row says and of the settings
	Status user.Status // Refused or Invalid
	Code   string
	// Runs is how many finished runs in a row ended like that. Runs that did not try the row
	// are not among them.
	Runs        int
	Run         string    // that met it last; empty if it came with an import
	First, Last time.Time // when it was met
	Sent        time.Time // zero if it was never sent
}

// Met is a row as a run has met it.
type Met struct {
	ID     string // empty: the row has none that can be read
	Hash   int64
	Status user.Status
	Code   string
	At     time.Time
	Sent   bool
	// Uncounted says that the run does not count for the row: it did not try the row, or sent
	// a reject again.
	Uncounted bool
	// Over says that the user of the row ended otherwise: all rows of the id are forgotten.
	// Only ID has a meaning then.
	Over bool
}

// Kept is how long a row is remembered that no run has met.
const Kept = 90 * 24 * time.Hour

// folded returns which ids are over, and what is true of the other rows in the end: the
// last of what was met of each.
func folded(met []Met) (over []string, last []Met) {
	type key struct {
		id   string
		hash int64
	}
	ended, seen := map[string]bool{}, map[key]bool{}
	for i := len(met) - 1; i >= 0; i-- {
		m := &met[i]
		switch k := (key{m.ID, m.Hash}); {
		case ended[m.ID] || !m.Over && seen[k]:
		case m.Over:
			ended[m.ID] = true
			over = append(over, m.ID)
		default:
			seen[k] = true
			last = append(last, *m)
		}
	}
	return over, last
}
