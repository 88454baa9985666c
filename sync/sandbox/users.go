package sandbox

import (
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Users are the users of an API other than Kard, by the key in its paths and by their lookup keys. It counts what Apply does here. It is
// safe for concurrent use; each method is atomic.
type Users struct {
	server *Server
	mu     sync.Mutex
	lookup map[lookupValue]*LookupState
	held   map[string]*held
	order  []string // keys by creation; "" is a deleted one
	gaps   int
	keys   uint64
}

// LookupKey is another value that a user can be found by: an e-mail, a user name, a key that the caller chose.
type LookupKey struct {
	Name, Value string // Value as the API compares it: fold the case here if it does
	Unique      bool   // only one user may have it at a time
}

// held is what Users keeps, besides the store, for a user that exists.
type held struct {
	lookupKeys []LookupKey
	at         int // in order
}

type lookupValue struct{ name, value string }

// LookupState is what happened to one value of a lookup key.
type LookupState struct {
	Created uint32   `json:"created"` // users created with it, whatever was answered
	Most    int      `json:"most"`    // most users that had it at once: more than 1 is a duplicate
	Keys    []string `json:"keys"`    // users that have it now, by creation
}

// TakenError says that another user prevents this one: LookupKey is the name of the lookup key that both would have, "" for the key.
type TakenError struct{ LookupKey string }

// Error names the lookup key.
func (e *TakenError) Error() string {
	if e.LookupKey == "" {
		return "a user with this key exists"
	}
	return fmt.Sprintf("a user with this %s exists", e.LookupKey)
}

func newUsers(s *Server) *Users {
	return &Users{server: s, lookup: map[lookupValue]*LookupState{}, held: map[string]*held{}}
}

// Create stores a new user with attributes of compact JSON. The error is a *TakenError, and then nothing was done. It ignores lookup keys
// with an empty value.
func (u *Users) Create(key string, attributes []byte, lookupKeys ...LookupKey) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.checkFree(key, lookupKeys); err != nil {
		return err
	}
	store := u.server.users
	if !store.create(store.hash([]byte(key)), []byte(key), attributes) {
		return &TakenError{}
	}
	u.held[key] = &held{at: len(u.order)}
	u.order = append(u.order, key)
	u.addKeys(key, lookupKeys, 1)
	u.server.counters.created.Add(1)
	return nil
}

// Update replaces an existing user's attributes and lookup keys by what change returns. It returns false for a user that does not exist. An
// error is change's, or a *TakenError; then nothing was done.
func (u *Users) Update(key string, change func(old []byte) (now []byte, lookupKeys []LookupKey, err error)) (found bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var lookupKeys []LookupKey
	found, err = u.server.users.update([]byte(key), func(old []byte) (now []byte, err error) {
		if now, lookupKeys, err = change(old); err == nil {
			err = u.checkFree(key, lookupKeys)
		}
		return now, err
	})
	if !found || err != nil {
		return found, err
	}
	u.removeKeys(key)
	u.addKeys(key, lookupKeys, 0)
	u.server.counters.updated.Add(1)
	return true, nil
}

// Delete deletes a user and returns the attributes that it had.
func (u *Users) Delete(key string) (attributes []byte, found bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if attributes, found = u.server.users.remove([]byte(key), nil); !found {
		return nil, false
	}
	u.removeKeys(key)
	u.leaveGap(key)
	u.server.counters.deleted.Add(1)
	return attributes, true
}

// Find returns an existing user's attributes.
func (u *Users) Find(key string) (attributes []byte, found bool) {
	state, ok := u.server.users.user(key)
	return state.Attributes, ok && state.Held
}

// With returns the keys of the users that have the lookup key now, by creation.
func (u *Users) With(name, value string) []string { return u.lookupState(name, value).Keys }

// All yields the keys of the users that existed when it was called, by creation.
func (u *Users) All() iter.Seq[string] {
	u.mu.Lock()
	keys := slices.Clone(u.order)
	u.mu.Unlock()
	return func(yield func(string) bool) {
		for _, key := range keys {
			if key != "" && !yield(key) {
				return
			}
		}
	}
}

// Page returns at most limit keys of existing users after the first offset ones, by creation, and how many there are in all.
func (u *Users) Page(offset, limit int) (keys []string, total int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closeGaps()
	offset = min(max(offset, 0), len(u.order))
	end := min(offset+max(limit, 0), len(u.order))
	return slices.Clone(u.order[offset:end]), len(u.order)
}
