// Package protect holds the list of users that no run may touch.
//
// It does not know how such a list is written: that is up to its reader. It
// notes which of the list a run has met, and which users only look like one of them.
// Start at New.
package protect

import (
	"slices"
	"sync"

	"usersync/sync/identity"
)

// List is a set of protected users. A nil List protects no one. It is safe for
// concurrent use.
type List struct {
	ids    map[string]int      // each spelling of a protected id, with its number
	folded map[string]struct{} // what they look like

	mu    sync.Mutex
	met   []bool // by number
	alike alike
}

// alike are the users that look like a protected one and are none.
type alike struct {
	seen  map[string]struct{}
	lines []int
}

// maxAlike is how many users that look like protected ones are told apart; from then on
// they are counted by row.
const maxAlike = 10_000

// New returns a list of ids, each as Clean leaves it. An id may be listed in several
// spellings: each of them is protected, and to meet one is to meet the id.
func New(ids [][]string) *List {
	l := &List{ids: map[string]int{}, folded: map[string]struct{}{}, alike: alike{seen: map[string]struct{}{}}}
	for _, spellings := range ids {
		number := len(l.met)
		for _, id := range spellings {
			if known, ok := l.ids[id]; ok {
				number = known
			}
		}
		for _, id := range spellings {
			l.ids[id] = number
			l.folded[identity.Fold(id)] = struct{}{}
		}
		if number == len(l.met) {
			l.met = append(l.met, false)
		}
	}
	return l
}

// Has reports whether an id is protected, and notes that it was met.
func (l *List) Has(id string) bool {
	if l == nil {
		return false
	}
	number, ok := l.number(id)
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.met[number] = true
	return true
}

func (l *List) number(id string) (int, bool) {
	number, ok := l.ids[id]
	if !ok {
		if clean := identity.Clean(id); clean != id {
			number, ok = l.ids[clean]
		}
	}
	return number, ok
}

// See is Has of the user of a row, and notes one who only looks like a protected user.
// Line is where the row stands; 0 if that is not known.
func (l *List) See(id string, line int) bool {
	if l == nil || l.Has(id) {
		return l != nil
	}
	if _, similar := l.folded[identity.Fold(id)]; !similar {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.alike.seen[id]; known || len(l.alike.seen) >= maxAlike {
		return false
	}
	l.alike.seen[id] = struct{}{}
	if line > 0 && len(l.alike.lines) < maxLines {
		l.alike.lines = append(l.alike.lines, line)
	}
	return false
}

// maxLines is how many places are named.
const maxLines = 5

// Report says what a list came to.
type Report struct {
	Listed int // ids on the list
	Met    int // of these, who were met
	// Alike counts the users who were met and only look like one of the list, and Lines
	// says where the first of them stand.
	Alike int
	Lines []int
}

// Report says what the list came to so far. A nil List comes to nothing.
func (l *List) Report() Report {
	if l == nil {
		return Report{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	r := Report{Listed: len(l.met), Alike: len(l.alike.seen), Lines: slices.Clone(l.alike.lines)}
	for _, met := range l.met {
		if met {
			r.Met++
		}
	}
	return r
}

// Len is how many ids are protected.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.met)
}
