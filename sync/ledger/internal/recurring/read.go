package recurring

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

// selected returns the query for the rows r of a feed f.
func selected(from string) string {
	return `SELECT r.id, f.name, r.hash, r.status, r.code, r.runs, r.first, r.last, r.sent, COALESCE(u.name, '')
		FROM ` + from + ` LEFT JOIN usersync_run u ON u.num = r.run`
}

const ofFeeds = `usersync_recurring r JOIN usersync_feed f ON f.num = r.feed`

// Few returns the rows of the scope's feed, in the order of their ids, if they are at most n.
// Otherwise all is false, and it returns up to n of those without an id.
func Few(ctx context.Context, s *scope.Scope, n int) (rows []Row, all bool, err error) {
	num, err := s.Num(ctx)
	if err != nil || num == 0 {
		return nil, true, err
	}
	const ofFeed = ` WHERE r.scope = ? AND f.name = ?`
	var found int
	if err := s.DB.QueryRow(ctx, s.DB.Read, `SELECT count(*) FROM (SELECT 1 FROM `+ofFeeds+ofFeed+` LIMIT ?) AS few`, num, s.Feed, int64(n)+1).Scan(&found); err != nil {
		return nil, false, err
	}
	query := selected(ofFeeds) + ofFeed
	if all = found <= n; !all {
		query += ` AND r.id = ''`
	}
	rows, err = read(ctx, s, func(num int64) (*sql.Rows, error) {
		return s.DB.Query(ctx, s.DB.Read, query+` ORDER BY r.id LIMIT ?`, num, s.Feed, int64(n))
	})
	return rows, all, err
}

// EachID calls take with the id of each row of the scope's feed that has one, in no order. The
// id of several rows comes several times.
func EachID(ctx context.Context, s *scope.Scope, take func(id string)) error {
	num, err := s.Num(ctx)
	if err != nil || num == 0 {
		return err
	}
	rows, err := s.DB.Query(ctx, s.DB.Read, `SELECT r.id FROM usersync_recurring r JOIN usersync_feed f ON f.num = r.feed
		WHERE r.scope = ? AND f.name = ? AND r.id <> ''`, num, s.Feed)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		take(id)
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Of returns the rows of ids, of the scope's feed.
func Of(ctx context.Context, s *scope.Scope, ids []string) ([]Row, error) {
	list, err := s.DB.List(ids)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, func(num int64) (*sql.Rows, error) {
		return s.DB.QueryOften(ctx, s.DB.Read, selected(s.DB.Recurring), list, num, s.Feed)
	})
}

// Known reports whether there are rows of an id, of any feed.
func Known(ctx context.Context, s *scope.Scope, id string) (known bool, err error) {
	num, err := s.Num(ctx)
	if err != nil {
		return false, err
	}
	err = s.DB.QueryRow(ctx, s.DB.Read, `SELECT EXISTS (SELECT 1 FROM usersync_recurring r WHERE r.scope = ? AND r.id = ?)`, num, id).Scan(&known)
	return known, err
}

// All returns the rows of the scope, of all feeds, in the order of their ids. It is as large
// as the answer.
func All(ctx context.Context, s *scope.Scope) ([]Row, error) {
	return read(ctx, s, func(num int64) (*sql.Rows, error) {
		return s.DB.Query(ctx, s.DB.Read, selected(ofFeeds)+` WHERE r.scope = ? ORDER BY r.id, f.name, r.hash`, num)
	})
}

// NowParked counts the rows of a finished run that the API has refused again, in at least so
// many finished runs by now.
func NowParked(ctx context.Context, s *scope.Scope, run string, least int) (parked int, err error) {
	num, err := s.Num(ctx)
	if err != nil || num == 0 {
		return 0, err
	}
	err = s.DB.QueryRow(ctx, s.DB.Read, `SELECT count(*) FROM usersync_recurring r JOIN usersync_run u ON u.num = r.run JOIN usersync_feed f ON f.num = r.feed
		WHERE r.scope = ? AND f.name = ? AND u.name = ? AND r.status = ? AND r.runs >= ? AND r.sent = r.last`,
		num, s.Feed, run, string(user.Refused), int64(least)).Scan(&parked)
	return parked, err
}

func read(ctx context.Context, s *scope.Scope, query func(num int64) (*sql.Rows, error)) ([]Row, error) {
	num, err := s.Num(ctx)
	if err != nil || num == 0 {
		return nil, err
	}
	rows, err := query(num)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Row
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

func scan(rows *sql.Rows) (r Row, err error) {
	var first, last, sent int64
	err = rows.Scan(&r.ID, &r.Feed, &r.Hash, &r.Status, &r.Code, &r.Runs, &first, &last, &sent, &r.Run)
	r.First, r.Last = time.UnixMilli(first), time.UnixMilli(last)
	if sent != 0 {
		r.Sent = time.UnixMilli(sent)
	}
	return r, err
}
