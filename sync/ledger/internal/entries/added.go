package entries

import (
	"sync"

	"usersync/sync/ledger/idset"
)

// added remembers the ids of a scope that was empty, so that what is certainly not in it need
// not be looked up: in a first load that is nearly everyone.
type added struct {
	mu  sync.Mutex
	ids *idset.Set // nil: the scope may hold others
}

// addedSize is how many MiB the set takes. It is of use for up to ten million ids.
const addedSize = 2

// StartEmpty says that the scope is empty, and that no one else adds to it until Released.
func (v *Reader) StartEmpty() {
	v.added.mu.Lock()
	defer v.added.mu.Unlock()
	if v.added.ids == nil {
		v.added.ids = idset.New(addedSize)
	}
}

// Released says that others may add to the scope.
func (v *Reader) Released() {
	v.added.mu.Lock()
	defer v.added.mu.Unlock()
	v.added.ids = nil
}

// Add says that the scope is about to get an id.
func (v *Reader) Add(id string) {
	if isOther(id) {
		v.folded.some.Store(true)
	}
	v.added.mu.Lock()
	defer v.added.mu.Unlock()
	if v.added.ids != nil {
		v.added.ids.Add(id)
	}
}

// among returns the ids that the scope may hold. It reports whether that is known; if not, it
// may be all of them.
func (a *added) among(ids []string) (some idList, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ids == nil {
		return idList{ids: ids}, false
	}
	for i, id := range ids {
		if a.ids.MayHave(id) {
			some.ids, some.at = append(some.ids, id), append(some.at, i)
		}
	}
	return some, true
}
