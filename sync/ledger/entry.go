package ledger

import (
	"cmp"
	"fmt"
	"slices"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// state is what an entry is while a transaction changes it.
type state struct {
	database.Row
	known   user.Fingerprints
	stored  bool // the database has it
	present bool // it shall have it
	deleted bool // the API was seen to delete it
}

// entries lays entries over what the ledger holds, a question at a time.
func (w *writing) entries(run string, entries []Entry) error {
	for part := range slices.Chunk(entries, question) {
		if err := w.part(run, part); err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) part(run string, part []Entry) error {
	states, order, err := w.states(part)
	if err != nil {
		return err
	}
	for i := range part {
		if err := w.lay(run, &part[i], states[part[i].ID]); err != nil {
			return err
		}
	}
	return w.store(order)
}

// states reads what is held of the ids of part; order is that of their first
// mention, in which new ones get their rows.
func (w *writing) states(part []Entry) (map[string]*state, []*state, error) {
	states := make(map[string]*state, len(part))
	all := make([]state, len(part))
	order := make([]*state, 0, len(part))
	ids := make([]string, 0, len(part))
	for i := range part {
		id := part[i].ID
		if err := checkID(id); err != nil {
			return nil, nil, fmt.Errorf("record %d: %w", part[i].Record, err)
		}
		if states[id] == nil {
			s := &all[len(ids)]
			s.ID, s.Feed, states[id] = id, w.feed, s
			order, ids = append(order, s), append(ids, id)
		}
	}
	if w.next == 1 { // an empty scope: there is nothing to find
		return states, order, nil
	}
	var prints fingerprint.Slab
	return states, order, w.l.find(w, w.tx, w.scope, places{ids: ids}, func(i int, r *scanned) error {
		return w.held(order[i], r, &prints)
	})
}

func (w *writing) held(s *state, r *scanned, prints *fingerprint.Slab) error {
	k, err := w.l.known(w.name, r, prints)
	if err != nil {
		return err
	}
	s.Num, s.Feed, s.Standing, s.Remote, s.Run, s.Record = r.num, r.feed, r.standing, k.Remote, r.run, r.record
	s.known, s.stored, s.present = k.Fingerprints, true, true
	return nil
}

func (w *writing) lay(run string, e *Entry, s *state) (err error) {
	if e.IfHeld && !s.present {
		return nil
	}
	if e.Run != "" {
		run = e.Run
	}
	if e.Standing == user.Absent {
		if s.deleted = e.Deleted; s.deleted {
			s.Record, s.Remote = int64(e.Record), cmp.Or(e.Remote, s.Remote)
			s.Run, err = w.num(w.l.runs, run)
		}
		s.present, s.known = false, user.Fingerprints{}
		return err
	}
	if e.Anew || !s.present {
		s.Remote, s.known = "", user.Fingerprints{}
	}
	if e.Remote != "" {
		s.Remote = e.Remote
	}
	s.present, s.deleted, s.Standing, s.Record = true, false, int64(e.Standing), int64(e.Record)
	s.known = fingerprint.Merge(s.known, e.Prints, e.Doubted)
	s.Run, err = w.num(w.l.runs, run)
	return err
}

// store writes what is to be there and removes what is not.
func (w *writing) store(order []*state) error {
	rows := make([]database.Row, 0, len(order))
	var gone, fresh []string
	for _, s := range order {
		switch {
		case !s.present && s.stored:
			gone = append(gone, s.ID)
		case s.present:
			if s.Num == 0 {
				fresh = append(fresh, s.ID)
			}
			if err := w.complete(s); err != nil {
				return err
			}
			rows = append(rows, s.Row)
		}
	}
	if err := w.remove(gone); err != nil {
		return err
	}
	if err := w.remember(order, fresh); err != nil || len(rows) == 0 {
		return err
	}
	return w.l.db.Put(w, w.tx, w.scope, rows)
}

// complete gives a new entry its number and every entry its stored prints.
func (w *writing) complete(s *state) (err error) {
	if s.Num == 0 {
		s.Num = inScope(w.scope, w.next)
		w.next++
		s.Folded = database.Folded(s.ID)
	}
	num := func(name string) int64 {
		n, failed := w.num(w.l.fields, name)
		if failed != nil {
			err = failed
		}
		return n
	}
	s.Prints = fingerprint.Append(make([]byte, 0, 18+10*len(s.known.Fields)), s.known, num)
	return err
}

func (w *writing) remove(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := w.l.db.List(ids)
	if err != nil {
		return err
	}
	_, err = w.l.db.Exec(w, w.tx, `DELETE FROM usersync_entry WHERE id IN (SELECT j.id FROM `+w.l.db.IDs+`) AND scope = ?`, list, w.scope)
	return err
}
