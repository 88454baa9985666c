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

// question is how many ids go into one question to the database.
const question = 1000

func checkID(id string) error {
	if id == "" || !utf8.ValidString(id) || strings.IndexByte(id, 0) >= 0 {
		return database.ErrBadID
	}
	return nil
}

// Look returns what the ledger knows of each id, in the order of ids. One that
// it does not know is user.Absent. It sees what is marked, not what another
// transaction is about to mark.
func (l *Ledger) Look(ctx context.Context, ids []string) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for from := 0; from < len(ids); from += question {
		to := min(from+question, len(ids))
		if err := l.look(ctx, ids[from:to], known[from:to]); err != nil {
			return nil, failed("look into the ledger", err)
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
	a := answer{v: v, ctx: ctx, ids: ids, known: known}
	if err := v.walk.look(&a, scope); err != nil {
		return err
	}
	if err := v.find(ctx, v.db.Read, scope, a.missing(), a.take); err != nil {
		return err
	}
	v.walk.goOn(&a)
	return nil
}

// answer gathers what is known of the ids of one question.
type answer struct {
	v      *view
	ctx    context.Context
	ids    []string
	known  []user.LedgerEntry
	found  int
	last   int // the last place among those found
	prints fingerprint.Slab
}

// take notes entry r as what is known of ids[i].
func (a *answer) take(i int, r *scanned) (err error) {
	if a.known[i].Row == 0 {
		a.found++
	}
	a.last = max(a.last, i)
	a.known[i], err = a.v.known(a.v.naming(a.ctx), r, &a.prints)
	return err
}

// missing returns the ids not found yet, with their places.
func (a *answer) missing() places {
	p := places{}
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

// places are ids and where they stand in a question; no at means in order.
type places struct {
	ids []string
	at  []int
}

func (p places) place(i int) int {
	if p.at == nil {
		return i
	}
	return p.at[i]
}

// scanned is an entry as it comes out of the database; its texts are good until
// the next one.
type scanned struct {
	ord, num, feed, standing, run, record int64
	id, remote, prints                    sql.RawBytes
}

func (r *scanned) columns() []any {
	return []any{&r.ord, &r.num, &r.id, &r.feed, &r.standing, &r.remote, &r.run, &r.record, &r.prints}
}

// find asks for ids by an index, and calls take for each that there is.
func (v *view) find(ctx context.Context, q database.Querier, scope int64, p places, take func(int, *scanned) error) error {
	if len(p.ids) == 0 {
		return nil
	}
	list, err := v.db.List(p.ids)
	if err != nil {
		return err
	}
	return v.findBy(ctx, q, v.db.Find, list, scope, func(r *scanned) error { return take(p.place(int(r.ord)), r) })
}

// findBy asks for a list by one of the indexes, and calls take for each entry.
func (v *view) findBy(ctx context.Context, q database.Querier, index string, list any, scope int64, take func(*scanned) error) error {
	rows, err := v.db.Query(ctx, q, `SELECT j.ord, `+database.EntryColumns+` FROM `+index, list, scope)
	if err != nil {
		return err
	}
	return each(rows, take)
}

// onward reads the n entries behind number from, also those of a scope behind.
// A bound above would lead PostgreSQL, where it has no statistics yet, to read
// all that lie below it and sort them.
func (v *view) onward(ctx context.Context, q database.Querier, from int64, n int) (*sql.Rows, error) {
	return v.db.Query(ctx, q, `SELECT 0, `+database.EntryColumns+` FROM usersync_entry e WHERE e.num > ? ORDER BY e.num LIMIT ?`, from, n)
}

// each calls take for each entry, and closes rows.
func each(rows *sql.Rows, take func(*scanned) error) error {
	defer rows.Close()
	var r scanned
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

// naming returns the name that a small number stands for.
type naming func(n *database.Names, num int64) (string, error)

func (v *view) naming(ctx context.Context) naming {
	return func(n *database.Names, num int64) (string, error) { return n.Name(ctx, v.db, num) }
}

func (v *view) known(name naming, r *scanned, s *fingerprint.Slab) (k user.LedgerEntry, err error) {
	home := v.feed.Load()
	k.OtherFeedOnly = r.feed != home && r.feed != 0 && home != 0
	k.State, k.Row, k.Record, k.Remote = user.EntryState(r.standing), rowOf(r.num), int(r.record), string(r.remote)
	k.Shared = v.isShared(r.num)
	if k.Run, err = name(v.runs, r.run); err != nil {
		return k, err
	}
	if r.run <= v.distrusted.Load() {
		return k, nil
	}
	field := func(num int64) (string, error) { return name(v.fields, num) }
	k.Fingerprints, err = fingerprint.Decode(r.prints, field, s)
	return k, err
}
