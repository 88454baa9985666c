package ledger

import (
	"cmp"
	"fmt"
	"slices"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// stored is an entry while a transaction changes it.
type stored struct {
	database.Row
	known   user.Fingerprints
	exists  bool // the database has it
	wanted  bool // it shall have it
	deleted bool // the API was seen to delete it
}

// apply merges entries into what the ledger holds, a chunk at a time.
func (t *transaction) apply(run string, entries []Entry) error {
	for part := range slices.Chunk(entries, chunkSize) {
		if err := t.applyChunk(run, part); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) applyChunk(run string, part []Entry) error {
	states, order, err := t.loadAll(part)
	if err != nil {
		return err
	}
	for i := range part {
		if err := t.applyEntry(run, &part[i], states[part[i].ID]); err != nil {
			return err
		}
	}
	return t.store(order)
}

// loadAll reads the entries for the ids in part. The slice is in the order of their
// first use, in which new entries get their rows.
func (t *transaction) loadAll(part []Entry) (map[string]*stored, []*stored, error) {
	states := make(map[string]*stored, len(part))
	all := make([]stored, len(part))
	order := make([]*stored, 0, len(part))
	ids := make([]string, 0, len(part))
	for i := range part {
		id := part[i].ID
		if err := checkID(id); err != nil {
			return nil, nil, fmt.Errorf("record %d: %w", part[i].Record, err)
		}
		if states[id] == nil {
			s := &all[len(ids)]
			s.ID, s.Feed, states[id] = id, t.feed, s
			order, ids = append(order, s), append(ids, id)
		}
	}
	if t.next == 1 { // the scope is empty
		return states, order, nil
	}
	var prints fingerprint.Slab
	return states, order, t.l.find(t, t.tx, t.scope, idList{ids: ids}, func(i int, r *dbEntry) error {
		return t.load(order[i], r, &prints)
	})
}

func (t *transaction) load(s *stored, r *dbEntry, prints *fingerprint.Slab) error {
	k, err := t.l.decode(t.name, r, prints)
	if err != nil {
		return err
	}
	s.Num, s.Feed, s.State, s.Remote, s.Run, s.Record = r.num, r.feed, r.state, k.Remote, r.run, r.record
	s.known, s.exists, s.wanted = k.Fingerprints, true, true
	return nil
}

func (t *transaction) applyEntry(run string, e *Entry, s *stored) (err error) {
	pending := s.wanted && s.State == int64(user.Pending) && s.Remote == ""
	if e.IfHeld && !s.wanted || e.IfPending && !pending {
		return nil
	}
	if e.Run != "" {
		run = e.Run
	}
	if e.State == user.Absent {
		if s.deleted = e.Deleted; s.deleted {
			s.Record, s.Remote = int64(e.Record), cmp.Or(e.Remote, s.Remote)
			s.Run, err = t.num(t.l.runs, run)
		}
		s.wanted, s.known = false, user.Fingerprints{}
		return err
	}
	if e.Replace || !s.wanted {
		s.Remote, s.known = "", user.Fingerprints{}
	}
	if e.Remote != "" {
		s.Remote = e.Remote
	}
	s.wanted, s.deleted, s.State, s.Record = true, false, int64(e.State), int64(e.Record)
	s.known = fingerprint.Merge(s.known, e.Fingerprints, e.Uncertain)
	s.Run, err = t.num(t.l.runs, run)
	return err
}

// store writes the entries that are wanted and removes the others.
func (t *transaction) store(order []*stored) error {
	rows := make([]database.Row, 0, len(order))
	var removed, added []string
	for _, s := range order {
		switch {
		case !s.wanted && s.exists:
			removed = append(removed, s.ID)
		case s.wanted:
			if s.Num == 0 {
				added = append(added, s.ID)
			}
			if err := t.complete(s); err != nil {
				return err
			}
			rows = append(rows, s.Row)
		}
	}
	if err := t.remove(removed); err != nil {
		return err
	}
	if err := t.saveDeletions(order, added); err != nil || len(rows) == 0 {
		return err
	}
	return t.l.db.Put(t, t.tx, t.scope, rows)
}

// complete assigns a number to a new entry and encodes the fingerprints of any entry.
func (t *transaction) complete(s *stored) (err error) {
	if s.Num == 0 {
		s.Num = inScope(t.scope, t.next)
		t.next++
		if s.Folded = database.Folded(s.ID); s.Folded != "" {
			t.l.folded.some.Store(true)
		}
	}
	num := func(name string) int64 {
		n, failed := t.num(t.l.fields, name)
		if failed != nil {
			err = failed
		}
		return n
	}
	s.Fingerprints = fingerprint.Append(make([]byte, 0, 18+10*len(s.known.Fields)), s.known, num)
	return err
}

func (t *transaction) remove(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := t.l.db.List(ids)
	if err != nil {
		return err
	}
	_, err = t.l.db.Exec(t, t.tx, `DELETE FROM usersync_entry WHERE id IN (SELECT j.id FROM `+t.l.db.IDs+`) AND scope = ?`, list, t.scope)
	return err
}
