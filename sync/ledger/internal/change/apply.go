package change

import (
	"cmp"
	"fmt"
	"slices"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

// Writer writes entries in a transaction. It is for one goroutine.
type Writer struct {
	*scope.Tx
	Entries *entries.Reader // of the same scope
	Memory  *Chunk          // for one Writer at a time
}

// Stored is an entry while a transaction changes it.
type Stored struct {
	database.Row
	Known   user.Fingerprints
	Exists  bool // the database has it
	wanted  bool // it shall have it
	deleted bool // the API was seen to delete it
}

// Apply merges entries into what the ledger holds, a chunk at a time. They are of the run
// with the given name, unless they say otherwise.
func (t Writer) Apply(run string, changes []Entry) error {
	t.Memory.fit(min(len(changes), t.DB.AtOnce))
	for part := range slices.Chunk(changes, t.DB.AtOnce) {
		if err := t.applyChunk(run, part, t.Memory); err != nil {
			return err
		}
	}
	return nil
}

func (t Writer) applyChunk(run string, part []Entry, c *Chunk) error {
	defer c.clear()
	if err := t.loadAll(part, c); err != nil {
		return err
	}
	for i := range part {
		if err := t.applyEntry(run, &part[i], c.byID[part[i].ID]); err != nil {
			return err
		}
	}
	return t.store(c)
}

// loadAll reads the entries for the ids in part.
func (t Writer) loadAll(part []Entry, c *Chunk) error {
	for i := range part {
		if err := entries.CheckID(part[i].ID); err != nil {
			return fmt.Errorf("record %d: %w", part[i].Record, err)
		}
		c.add(part[i].ID, t.To)
	}
	if t.Next == 1 && t.Alone { // the scope is empty
		t.Entries.AddsAll()
	}
	return t.Entries.Find(t, t.SQL, t.ID, c.ids, func(i int, r *entries.Stored) error {
		return t.load(&c.changed[i], r)
	})
}

func (t Writer) load(s *Stored, r *entries.Stored) error {
	k, err := t.Entries.Decode(t.NameOf, r, nil)
	if err != nil {
		return err
	}
	s.Num, s.Feed, s.State, s.Remote, s.Run, s.Record = r.Num, r.Feed, r.State, k.Remote, r.Run, r.Record
	s.Known, s.Exists, s.wanted = k.Fingerprints, true, true
	return nil
}

func (t Writer) applyEntry(run string, e *Entry, s *Stored) (err error) {
	pending := s.wanted && s.State == int64(user.Pending) && s.Remote == ""
	if e.IfHeld && !s.wanted || e.IfPending && !pending {
		return nil
	}
	if e.Overwritten {
		s.overwrite(e.Remote)
		return nil
	}
	if e.Run != "" {
		run = e.Run
	}
	if e.State == user.Absent {
		held := s.wanted && s.State == int64(user.Present)
		if e.Deleted || e.Missing && held {
			s.deleted = true // and stays so if a further row finds no user
			s.Record, s.Remote = int64(e.Record), cmp.Or(e.Remote, s.Remote)
			s.Run, err = t.NumberOf(t.Runs, run)
		}
		s.wanted, s.Known = false, user.Fingerprints{}
		return err
	}
	if e.Replace || !s.wanted {
		s.Remote, s.Known = "", fingerprint.Uncertain(s.Known)
	}
	if e.Remote != "" {
		s.Remote = e.Remote
	}
	s.wanted, s.deleted, s.State, s.Record = true, false, int64(e.State), int64(e.Record)
	s.Known = fingerprint.Merge(s.Known, e.Fingerprints, e.Uncertain)
	s.Run, err = t.NumberOf(t.Runs, run)
	return err
}

// overwrite makes what the user with a key holds uncertain.
func (s *Stored) overwrite(remote string) {
	if s.Remote == remote {
		s.Known = fingerprint.Uncertain(s.Known)
	}
}

// store writes the entries that are wanted and removes the others.
func (t Writer) store(c *Chunk) error {
	var removed, added []string
	for i := range c.changed {
		switch s := &c.changed[i]; {
		case !s.wanted && s.Exists:
			removed = append(removed, s.ID)
		case s.wanted:
			if s.Num == 0 && t.Deletions {
				added = append(added, s.ID) // whose deletions are forgotten
			}
			var err error
			if c.prints, err = t.Complete(s, c.prints); err != nil {
				return err
			}
			c.rows = append(c.rows, &s.Row)
		}
	}
	if err := t.Remove(removed); err != nil {
		return err
	}
	if err := t.saveDeletions(c.changed, added); err != nil || len(c.rows) == 0 {
		return err
	}
	return t.DB.Put(t, t.SQL, t.ID, c.rows)
}

// Complete assigns a number to a new entry and encodes the fingerprints of any entry, at the end
// of a buffer that it returns.
func (t Writer) Complete(s *Stored, buffer []byte) (_ []byte, err error) {
	if s.Num == 0 {
		s.Num, s.New = scope.Entry(t.ID, t.Next), true
		t.Next++
		s.Folded = database.Folded(s.ID)
		t.Entries.Add(s.ID)
	}
	num := func(name string) int64 {
		n, failed := t.NumberOf(t.Fields, name)
		if failed != nil {
			err = failed
		}
		return n
	}
	from := len(buffer)
	buffer = fingerprint.Append(buffer, s.Known, num)
	s.Fingerprints = buffer[from:len(buffer):len(buffer)]
	return buffer, err
}

// Remove removes the entries of ids.
func (t Writer) Remove(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := t.DB.List(ids)
	if err != nil {
		return err
	}
	_, err = t.Exec(`DELETE FROM usersync_entry WHERE `+t.DB.AmongIDs+` AND scope = ?`, list, t.ID)
	return err
}
