package recurring

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

const selected = `SELECT r.id, f.name, r.hash, r.status, r.code, r.runs, r.first, r.last, r.sent, COALESCE(u.name, '')
	FROM usersync_recurring r JOIN usersync_feed f ON f.num = r.feed LEFT JOIN usersync_run u ON u.num = r.run WHERE r.scope = ?`

// First returns the first n rows of the scope's feed, in no order.
func First(ctx context.Context, s *scope.Scope, n int) ([]Row, error) {
	return read(ctx, s, ` AND f.name = ? LIMIT ?`, s.Feed, int64(n))
}

// Of returns the rows of ids, of the scope's feed.
func Of(ctx context.Context, s *scope.Scope, ids []string) ([]Row, error) {
	list, err := s.DB.List(ids)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, ` AND f.name = ? AND r.id IN (SELECT j.id FROM `+s.DB.IDs+`)`, s.Feed, list)
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
	return read(ctx, s, ` ORDER BY r.id, f.name, r.hash`)
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

func read(ctx context.Context, s *scope.Scope, where string, args ...any) ([]Row, error) {
	num, err := s.Num(ctx)
	if err != nil || num == 0 {
		return nil, err
	}
	rows, err := s.DB.Query(ctx, s.DB.Read, selected+where, append([]any{num}, args...)...)
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
