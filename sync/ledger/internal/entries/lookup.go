// Package entries reads the entries of a scope: by id, in their order, by the keys that an
// API assigned, and by ids that look alike. It writes nothing and decides nothing. Start at
// Reader.
package entries

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/idset"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/scope"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
)

// ChunkSize is how many ids or entries go into one query.
const ChunkSize = 1000

// Reader reads the entries of a scope. Its methods are safe for concurrent use, and see
// what was saved, and not what an open transaction has written.
type Reader struct {
	*scope.Scope
	// First is the first row that the registered run added; 0 if it added all.
	First atomic.Int64

	folded folded
	shared atomic.Pointer[rowset.Set]
	added  atomic.Pointer[idset.Set] // all ids of the scope, as long as that is known
	ahead  readAhead
}

// CheckID fails with database.ErrBadID if the database cannot store an id.
func CheckID(id string) error {
	if id == "" || !utf8.ValidString(id) || strings.IndexByte(id, 0) >= 0 {
		return database.ErrBadID
	}
	return nil
}

// Lookup returns what the ledger knows about each id, in the order of ids. An unknown
// id is user.Absent. It uses the memory of room, and of the fingerprints there, if that is
// enough.
func (v *Reader) Lookup(ctx context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known := slices.Grow(room[:0], len(ids))[:len(ids)]
	for i := range known {
		known[i] = user.LedgerEntry{Fingerprints: user.Fingerprints{Fields: known[i].Fingerprints.Fields[:0]}}
	}
	for from := 0; from < len(ids); from += ChunkSize {
		to := min(from+ChunkSize, len(ids))
		if err := v.look(ctx, ids[from:to], known[from:to]); err != nil {
			return nil, err
		}
	}
	return known, nil
}

func (v *Reader) look(ctx context.Context, ids []string, known []user.LedgerEntry) error {
	for _, id := range ids {
		if err := CheckID(id); err != nil {
			return err
		}
	}
	num, err := v.Num(ctx)
	if err != nil || num == 0 {
		return err
	}
	a := lookup{reader: v, ctx: ctx, ids: ids, known: known}
	if v.added.Load() == nil {
		if err := v.ahead.try(&a, num); err != nil {
			return err
		}
	}
	if err := v.find(ctx, v.DB.Read, num, a.missing(), a.add); err != nil {
		return err
	}
	v.ahead.advance(&a)
	return nil
}

// lookup collects what is known about the ids of one chunk.
type lookup struct {
	reader *Reader
	ctx    context.Context
	ids    []string
	known  []user.LedgerEntry
	found  int
	last   int // the largest index found
}

// add records r as what is known about ids[i].
func (a *lookup) add(i int, r *Stored) (err error) {
	if a.known[i].Row == 0 {
		a.found++
	}
	a.last = max(a.last, i)
	a.known[i], err = a.reader.Decode(a.reader.NamesIn(a.ctx), r, a.known[i].Fingerprints.Fields)
	return err
}

// missing returns the ids not found yet, with their indexes.
func (a *lookup) missing() idList {
	p := idList{}
	if a.found == 0 {
		p.ids = a.ids
		return p
	}
	for i := range a.ids {
		if a.known[i].Row == 0 {
			p.ids = append(p.ids, a.ids[i])
			p.at = append(p.at, i)
		}
	}
	return p
}

// idList is a list of ids, with the index of each in a larger list; a nil at means that
// this is the whole list.
type idList struct {
	ids []string
	at  []int
}

func (p idList) index(i int) int {
	if p.at == nil {
		return i
	}
	return p.at[i]
}

// Stored is an entry as read from the database.
type Stored = database.Entry

// Find looks up ids of the scope with a number, also within a transaction, and calls take
// with the index and the entry of each one that exists.
func (v *Reader) Find(ctx context.Context, q database.Querier, num int64, ids []string, take func(int, *Stored) error) error {
	return v.find(ctx, q, num, idList{ids: ids}, take)
}

func (v *Reader) find(ctx context.Context, q database.Querier, num int64, p idList, take func(int, *Stored) error) error {
	if p = v.perhaps(p); len(p.ids) == 0 {
		return nil
	}
	list, err := v.DB.List(p.ids)
	if err != nil {
		return err
	}
	return v.findBy(ctx, q, v.DB.Find, list, num, func(r *Stored) error { return take(p.index(int(r.Ord)), r) })
}

// findBy looks up a list by one of the indexes, and calls take for each entry.
func (v *Reader) findBy(ctx context.Context, q database.Querier, index string, list any, num int64, take func(*Stored) error) error {
	return v.DB.EachEntry(ctx, q, `SELECT `+database.EntryColumns+`, j.ord FROM `+index, take, list, num)
}

// entriesAfter reads the n entries after the number from, even if they belong to the
// next scope. With an upper bound, PostgreSQL without statistics would read and sort
// everything below it.
func (v *Reader) entriesAfter(ctx context.Context, q database.Querier, from int64, n int, take func(*Stored) error) error {
	return v.DB.EachEntry(ctx, q, `SELECT `+database.EntryColumns+` FROM usersync_entry e WHERE e.num > ? ORDER BY e.num LIMIT ?`, take, from, n)
}

// NameOf returns the name that a number stands for.
type NameOf func(n *database.Names, num int64) (string, error)

// NamesIn returns the names that transactions have committed.
func (v *Reader) NamesIn(ctx context.Context) NameOf {
	return func(n *database.Names, num int64) (string, error) { return n.Name(ctx, v.DB, num) }
}

// Decode returns what an entry says. It uses dst for the fingerprints if that has room.
func (v *Reader) Decode(name NameOf, r *Stored, dst []user.Fingerprint) (k user.LedgerEntry, err error) {
	home := v.HomeFeed()
	k.OtherFeedOnly = r.Feed != home && r.Feed != 0 && home != 0
	k.State, k.Row, k.Record, k.Remote = user.EntryState(r.State), scope.Row(r.Num), int(r.Record), string(r.Remote)
	k.Shared = v.isShared(r.Num)
	if k.Run, err = name(v.Runs, r.Run); err != nil {
		return k, err
	}
	if !v.Trusts(r.Run) {
		return k, nil
	}
	field := func(num int64) (string, error) { return name(v.Fields, num) }
	k.Fingerprints, err = fingerprint.Decode(r.Fingerprints, field, dst)
	return k, err
}
