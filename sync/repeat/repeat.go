// Package repeat remembers rows, to tell whether a later row with the same id says
// something different. It keeps a hash of each, and a limited number of rows. Start at New.
package repeat

import (
	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Window holds the last rows added. It is for one goroutine.
type Window struct {
	hashes fingerprint.Rows
	rows   map[string]row
	ids    []string // of the rows added, in a ring
	added  int
}

type row struct {
	hash  uint64
	added int // how many were added before it
}

// New returns a Window of the given number of rows.
func New(size int) *Window {
	return &Window{hashes: fingerprint.NewRows(fingerprint.NewKey(), true), rows: map[string]row{}, ids: make([]string, size)}
}

// Add adds a row, in place of the oldest if the window is full.
func (w *Window) Add(r *user.Record) {
	place := &w.ids[w.added%len(w.ids)]
	if old, ok := w.rows[*place]; ok && old.added == w.added-len(w.ids) {
		delete(w.rows, *place)
	}
	*place = r.User.ID
	w.rows[*place] = row{w.hash(r), w.added}
	w.added++
}

// Differs reports whether the window holds a row of the same id that says something
// different.
func (w *Window) Differs(r *user.Record) bool {
	known, ok := w.rows[r.User.ID]
	return ok && known.hash != w.hash(r)
}

// hash is that of all the row says. A deletion says nothing about the user's values.
func (w *Window) hash(r *user.Record) uint64 {
	if r.Op == user.Delete {
		r = &user.Record{Op: user.Delete, User: user.User{ID: r.User.ID}}
	}
	return w.hashes.Hash(r)
}
