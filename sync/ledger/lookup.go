package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// chunkSize is how many ids or entries go into one query.
const chunkSize = 1000

func checkID(id string) error {
	if id == "" || !utf8.ValidString(id) || strings.IndexByte(id, 0) >= 0 {
		return database.ErrBadID
	}
	return nil
}

// Lookup returns what the ledger knows about each id, in the order of ids. An unknown
// id is user.Absent. Lookup sees what was saved, and not what an open transaction has
// written.
func (l *Ledger) Lookup(ctx context.Context, ids []string) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for from := 0; from < len(ids); from += chunkSize {
		to := min(from+chunkSize, len(ids))
		if err := l.look(ctx, ids[from:to], known[from:to]); err != nil {
			return nil, failed("look up users in the ledger", err)
		}
	}
	return known, nil
}

func (v *view) look(ctx context.Context, ids []string, known []user.LedgerEntry) error {
	for _, id := range ids {
		if err := checkID(id); err != nil {
			return err
		}
	}
	scope, err := v.scopeNum(ctx)
	if err != nil || scope == 0 {
		return err
	}
	a := lookup{view: v, ctx: ctx, ids: ids, known: known}
	if err := v.ahead.try(&a, scope); err != nil {
		return err
	}
	if err := v.find(ctx, v.db.Read, scope, a.missing(), a.add); err != nil {
		return err
	}
	v.ahead.advance(&a)
	return nil
}

// lookup collects what is known about the ids of one chunk.
type lookup struct {
	view  *view
	ctx   context.Context
	ids   []string
	known []user.LedgerEntry
	found int
	last  int // the largest index found
	slab  fingerprint.Slab
}

// add records r as what is known about ids[i].
func (a *lookup) add(i int, r *dbEntry) (err error) {
	if a.known[i].Row == 0 {
		a.found++
	}
	a.last = max(a.last, i)
	a.known[i], err = a.view.decode(a.view.namesIn(a.ctx), r, &a.slab)
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

// dbEntry is an entry as read from the database; its bytes are valid until the next one
// is read.
type dbEntry struct {
	ord, num, feed, state, run, record int64
	id, remote, fingerprints           sql.RawBytes
}

func (r *dbEntry) columns() []any {
	return []any{&r.ord, &r.num, &r.id, &r.feed, &r.state, &r.remote, &r.run, &r.record, &r.fingerprints}
}

// find looks up ids, and calls take for each one that exists.
func (v *view) find(ctx context.Context, q database.Querier, scope int64, p idList, take func(int, *dbEntry) error) error {
	if len(p.ids) == 0 {
		return nil
	}
	list, err := v.db.List(p.ids)
	if err != nil {
		return err
	}
	return v.findBy(ctx, q, v.db.Find, list, scope, func(r *dbEntry) error { return take(p.index(int(r.ord)), r) })
}

// findBy looks up a list by one of the indexes, and calls take for each entry.
func (v *view) findBy(ctx context.Context, q database.Querier, index string, list any, scope int64, take func(*dbEntry) error) error {
	rows, err := v.db.Query(ctx, q, `SELECT j.ord, `+database.EntryColumns+` FROM `+index, list, scope)
	if err != nil {
		return err
	}
	return each(rows, take)
}

// entriesAfter reads the n entries after the number from, even if they belong to the
// next scope. With an upper bound, PostgreSQL without statistics would read and sort
// everything below it.
func (v *view) entriesAfter(ctx context.Context, q database.Querier, from int64, n int) (*sql.Rows, error) {
	return v.db.Query(ctx, q, `SELECT 0, `+database.EntryColumns+` FROM usersync_entry e WHERE e.num > ? ORDER BY e.num LIMIT ?`, from, n)
}

// each calls take for each entry, and closes rows.
func each(rows *sql.Rows, take func(*dbEntry) error) error {
	defer rows.Close()
	var r dbEntry
	columns := r.columns()
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return err
		}
		if err := take(&r); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// nameOf returns the name that a number stands for.
type nameOf func(n *database.Names, num int64) (string, error)

func (v *view) namesIn(ctx context.Context) nameOf {
	return func(n *database.Names, num int64) (string, error) { return n.Name(ctx, v.db, num) }
}

func (v *view) decode(name nameOf, r *dbEntry, s *fingerprint.Slab) (k user.LedgerEntry, err error) {
	home := v.feed.Load()
	k.OtherFeedOnly = r.feed != home && r.feed != 0 && home != 0
	k.State, k.Row, k.Record, k.Remote = user.EntryState(r.state), rowOf(r.num), int(r.record), string(r.remote)
	k.Shared = v.isShared(r.num)
	if k.Run, err = name(v.runs, r.run); err != nil {
		return k, err
	}
	if r.run <= v.distrusted.Load() {
		return k, nil
	}
	field := func(num int64) (string, error) { return name(v.fields, num) }
	k.Fingerprints, err = fingerprint.Decode(r.fingerprints, field, s)
	return k, err
}
