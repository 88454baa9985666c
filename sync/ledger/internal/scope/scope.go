// Package scope is one scope and feed of a ledger's database: the numbers that stand for
// its names, the transactions that change it, the list of all scopes, and moving one to a
// new address. It does not know what entries mean. Start at Scope, and at Change to write.
package scope

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"usersync/sync/ledger/internal/database"
)

// Scope is a scope of a database, seen from one feed. Its methods are safe for concurrent
// use; Name and Place change only in Renamed.
type Scope struct {
	Name string
	Place
	Feed string
	DB   *database.DB

	Fields, Runs, Feeds *database.Names

	num        atomic.Int64 // in the database; 0 until it has one
	feed       atomic.Int64
	distrusted atomic.Int64
}

// Place is the parts of a scope's name.
type Place struct {
	Destination string
	Base        string // the normalized base URL; empty in scopes from before it was stored
	Account     string // may be empty
}

// New returns a scope that may not be in the database yet.
func New(db *database.DB, name string, p Place, feed string) *Scope {
	return &Scope{
		Name: name, Place: p, Feed: feed, DB: db,
		Fields: &database.Names{Table: "usersync_field"},
		Runs:   &database.Names{Table: "usersync_run"},
		Feeds:  &database.Names{Table: "usersync_feed"},
	}
}

// Num returns the scope's number, or 0 if the scope was never locked.
func (s *Scope) Num(ctx context.Context) (int64, error) {
	if num := s.num.Load(); num != 0 {
		return num, nil
	}
	var num, distrusted int64
	err := s.DB.QueryRow(ctx, s.DB.Read, `SELECT num, distrusted FROM usersync_scope WHERE name = ?`, s.Name).Scan(&num, &distrusted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look up the scope: %w", err)
	}
	s.distrusted.Store(distrusted)
	s.num.Store(num)
	return num, nil
}

// Enter gives the scope and the feed their numbers, and returns that of the scope.
func (s *Scope) Enter(ctx context.Context) (int64, error) {
	num, err := s.DB.Number(ctx, s.DB.Write, "usersync_scope", s.Name)
	if err != nil {
		return 0, err
	}
	feed, err := s.DB.Number(ctx, s.DB.Write, "usersync_feed", s.Feed)
	if err != nil {
		return 0, err
	}
	if p := s.Place; p != (Place{}) {
		if _, err := s.DB.Exec(ctx, s.DB.Write, `UPDATE usersync_scope SET destination = ?, base = ?, account = ? WHERE num = ?`,
			p.Destination, p.Base, p.Account, num); err != nil {
			return 0, err
		}
	}
	s.num.Store(num)
	s.feed.Store(feed)
	return num, nil
}

// Distrust says that fingerprints from the run with the number and from earlier runs are
// not trusted.
func (s *Scope) Distrust(run int64) { s.distrusted.Store(run) }

// Trusts reports whether fingerprints from the run with the number are trusted.
func (s *Scope) Trusts(run int64) bool { return run > s.distrusted.Load() }

// HomeFeed returns the number of the feed; 0 until it has one.
func (s *Scope) HomeFeed() int64 { return s.feed.Load() }

// Generation counts the transactions that changed the scope.
func (s *Scope) Generation(ctx context.Context) (n int64, err error) {
	err = s.DB.QueryRow(ctx, s.DB.Read, `SELECT generation FROM usersync_scope WHERE name = ?`, s.Name).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// Max returns the largest row number that the scope has ever assigned.
func (s *Scope) Max(ctx context.Context) (int64, error) {
	var next int64
	err := s.DB.QueryRow(ctx, s.DB.Read, `SELECT next FROM usersync_scope WHERE name = ?`, s.Name).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return next - 1, err
}

// SharedFeed is the name shown for the feed of a user that several feeds list. Its number
// is 0. No feed owns such a user: one that is missing from one feed may be in another.
const SharedFeed = "(several)"

// FeedName returns the name of the feed with a number.
func (s *Scope) FeedName(ctx context.Context, num int64) (string, error) {
	if num == 0 {
		return SharedFeed, nil
	}
	return s.Feeds.Name(ctx, s.DB, num)
}

// rowBits is how many bits of an entry's number are its row within the scope; the bits
// above them are the number of the scope.
const rowBits = 40

// Entry returns the number of the entry in a row of a scope.
func Entry(scope, row int64) int64 { return scope<<rowBits | row }

// Row returns the row of an entry's number, within its scope.
func Row(entry int64) int64 { return entry & (1<<rowBits - 1) }

// Of returns the scope of an entry's number.
func Of(entry int64) int64 { return entry >> rowBits }
