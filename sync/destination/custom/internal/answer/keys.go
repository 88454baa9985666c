package answer

import (
	"strings"

	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/user"
)

// ambiguous is the position of a key that several users of the call have.
const ambiguous = -1

// useKeys selects the keys to look for; nil selects those of the answer.
func (r *reading) useKeys(by []request.Template) {
	if by == nil {
		by = r.layout.keyedBy
	}
	r.by, r.places = by, nil
}

// place returns the position of the user with the key. It indexes the users when
// first called.
func (r *reading) place(key string) (int, bool) {
	if r.places == nil {
		r.index()
	}
	at, ok := r.places[r.fold(key)]
	return at, ok
}

// addNote adds a note to the user with the key. If several users have the key, the
// whole answer is ambiguous.
func (r *reading) addNote(key string, n note) {
	at, ok := r.place(key)
	switch {
	case !ok:
		r.unknownIDs++
	case at == ambiguous:
		r.broken = "ambiguous_key"
	default:
		r.notes[at] = append(r.notes[at], n)
	}
}

func (r *reading) index() {
	r.places = make(map[string]int, len(r.Records))
	for i, record := range r.Records {
		for _, key := range r.api.keysOf(r.by, record, i) {
			key = r.fold(key)
			if at, taken := r.places[key]; taken && at != i {
				r.places[key] = ambiguous
				continue
			}
			r.places[key] = i
		}
	}
}

func (r *reading) fold(key string) string {
	if r.layout.fold {
		return strings.ToLower(key)
	}
	return key
}

// keysOf returns the keys that may identify the user in an answer: the id, unless
// the config says otherwise.
func (api *API) keysOf(by []request.Template, record *user.Record, place int) []string {
	if len(by) == 0 {
		return []string{record.User.ID}
	}
	var keys []string
	for _, t := range by {
		if key, has, err := t.Fill(api.Account, record, place); err == nil && has && key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
