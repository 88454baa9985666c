package custom

import (
	"strings"

	"usersync/sync/user"
)

// ambiguous is the place of a key that several users of the call have.
const ambiguous = -1

// keyed begins to look for other keys; nil are those of the answer.
func (r *reading) keyed(by []template) {
	if by == nil {
		by = r.call.answer.keyedBy
	}
	r.by, r.places = by, nil
}

// place finds the user who has the key, and holds all by theirs once it is asked.
func (r *reading) place(key string) (int, bool) {
	if r.places == nil {
		r.index()
	}
	at, ok := r.places[r.fold(key)]
	return at, ok
}

// give notes something of whoever has the key. Of a key that several have,
// nobody can say who was meant.
func (r *reading) give(key string, n note) {
	at, ok := r.place(key)
	switch {
	case !ok:
		r.strange++
	case at == ambiguous:
		r.broken = "ambiguous_key"
	default:
		r.notes[at] = append(r.notes[at], n)
	}
}

func (r *reading) index() {
	r.places = make(map[string]int, len(r.records))
	for i, record := range r.records {
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
	if r.call.answer.fold {
		return strings.ToLower(key)
	}
	return key
}

// keysOf are the keys by which an answer may speak of the user: the id, unless
// the config says otherwise.
func (d *description) keysOf(by []template, record *user.Record, place int) []string {
	if len(by) == 0 {
		return []string{record.User.ID}
	}
	var keys []string
	for _, t := range by {
		one := &row{record: record, n: place, account: d.config.Account}
		if key, has, err := t.fill(one); err == nil && has && key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
