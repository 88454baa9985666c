package sandbox

import (
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Users are the users of an API that was handed in, by the key that stands in its paths, and by the marks that they carry beside it. What
// Apply does here is counted. It is safe for concurrent use; each method is one step that no other comes between.
type Users struct {
	server *Server
	mu     sync.Mutex
	marks  map[markKey]*Marked
	held   map[string]*held
	order  []string // keys by creation; "" is one who was deleted
	gone   int
	keys   uint64
}

// Mark is a value by which a user is found beside the key: an e-mail, a user name, a key that the caller chose.
type Mark struct {
	Name, Value string // Value as the API compares it: fold the case here if it does
	Unique      bool   // no two users may hold it at once
}

// held is what stands beside the store for a user who is there.
type held struct {
	marks []Mark
	at    int // in order
}

type markKey struct{ name, value string }

// Marked is what became of one value of a mark.
type Marked struct {
	Created uint32   `json:"created"` // users created with it, whatever was answered
	Most    int      `json:"most"`    // most users that held it at once: more than 1 is a double
	Keys    []string `json:"keys"`    // who holds it now, by creation
}

// TakenError says that a user cannot be, because another is: Mark is the name of the mark that both would hold, "" for the key.
type TakenError struct{ Mark string }

// Error names the mark.
func (e *TakenError) Error() string {
	if e.Mark == "" {
		return "a user with this key exists"
	}
	return fmt.Sprintf("a user with this %s exists", e.Mark)
}

func newUsers(s *Server) *Users {
	return &Users{server: s, marks: map[markKey]*Marked{}, held: map[string]*held{}}
}

// Create keeps a new user with attributes of compact JSON. The error is a *TakenError, and then nothing was done. A mark with an empty value
// is none.
func (u *Users) Create(key string, attributes []byte, marks ...Mark) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.free(key, marks); err != nil {
		return err
	}
	store := u.server.users
	if !store.create(store.hash([]byte(key)), []byte(key), attributes) {
		return &TakenError{}
	}
	u.held[key] = &held{at: len(u.order)}
	u.order = append(u.order, key)
	u.hold(key, marks, 1)
	u.server.tally.created.Add(1)
	return nil
}

// Update replaces a held user's attributes and marks by what change makes of the attributes. It reports false for a user who is not held. An
// error is change's, or a *TakenError; then nothing was done.
func (u *Users) Update(key string, change func(old []byte) (now []byte, marks []Mark, err error)) (found bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var marks []Mark
	found, err = u.server.users.update([]byte(key), func(old []byte) (now []byte, err error) {
		if now, marks, err = change(old); err == nil {
			err = u.free(key, marks)
		}
		return now, err
	})
	if !found || err != nil {
		return found, err
	}
	u.release(key)
	u.hold(key, marks, 0)
	u.server.tally.updated.Add(1)
	return true, nil
}

// Delete forgets a user and returns the attributes that the user had.
func (u *Users) Delete(key string) (attributes []byte, found bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if attributes, found = u.server.users.remove([]byte(key), nil); !found {
		return nil, false
	}
	u.release(key)
	u.strikeOut(key)
	u.server.tally.deleted.Add(1)
	return attributes, true
}

// Find returns a held user's attributes.
func (u *Users) Find(key string) (attributes []byte, found bool) {
	state, ok := u.server.users.user(key)
	return state.Attributes, ok && state.Held
}

// With returns the keys of those who hold the mark now, by creation.
func (u *Users) With(name, value string) []string { return u.marked(name, value).Keys }

// All goes over the keys of the users held when it was called, by creation.
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

// Page returns at most limit keys of held users behind the first offset ones, by creation, and how many there are in all.
func (u *Users) Page(offset, limit int) (keys []string, total int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sweep()
	offset = min(max(offset, 0), len(u.order))
	end := min(offset+max(limit, 0), len(u.order))
	return slices.Clone(u.order[offset:end]), len(u.order)
}
