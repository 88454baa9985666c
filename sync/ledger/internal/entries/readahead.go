package entries

import (
	"errors"
	"sync"

	"usersync/sync/ledger/internal/scope"
)

// readAhead guesses that ids come in the order in which the ledger first saw them, as
// they do in a nightly file: it continues reading where the last lookup ended, which is
// several times faster than finding each id on its own. A wrong guess only costs time.
type readAhead struct {
	mu    sync.Mutex
	from  int64 // the next lookup is expected to start after this row
	skip  int   // lookups to skip after wrong guesses
	wrong int   // wrong guesses in a row
}

const (
	// extraRows are read in excess of the ids, for users no longer in the file, and as many ids
	// are passed over, for users not in the ledger.
	extraRows = 16
	maxWrong  = 6 // so at least one lookup in 64 tries
)

// try adds to a what it finds by reading ahead.
func (r *readAhead) try(a *lookup, num int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.skip > 0 {
		r.skip--
		return nil
	}
	m := matcher{lookup: a, scope: num}
	err := a.reader.entriesAfter(a.ctx, a.reader.DB.Read, scope.Entry(num, r.from), len(a.ids)+extraRows, m.match)
	if err != nil && !errors.Is(err, errPassed) {
		return err
	}
	r.backOff(a)
	return nil
}

// backOff pauses the guessing for a while if it finds too little.
func (r *readAhead) backOff(a *lookup) {
	if 4*a.found >= len(a.ids) {
		r.wrong = 0
		return
	}
	r.wrong = min(r.wrong+1, maxWrong)
	r.skip = 1<<r.wrong - 1
}

// advance makes the next guess start where the last id was found.
func (r *readAhead) advance(a *lookup) {
	if a.found == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.from = a.known[a.last].Row
}

// matcher compares entries in the ledger's order with ids in the order of the lookup.
type matcher struct {
	*lookup
	scope int64
	next  int            // the index of the id that is expected
	index map[string]int // the index of each id; built when the orders differ
}

// errPassed ends reading ahead: what follows is of other ids.
var errPassed = errors.New("all ids were passed")

func (m *matcher) match(r *Stored) error {
	if m.next == len(m.ids) && m.index == nil || scope.Of(r.Num) != m.scope {
		return errPassed
	}
	for i := m.next; i < min(m.next+extraRows, len(m.ids)); i++ {
		if m.ids[i] == string(r.ID) {
			m.next = i + 1
			return m.add(i, r)
		}
	}
	if m.index == nil {
		m.index = make(map[string]int, len(m.ids))
		for i, id := range m.ids {
			m.index[id] = i
		}
	}
	if i, ok := m.index[string(r.ID)]; ok {
		m.next = i + 1
		return m.add(i, r)
	}
	return nil
}
