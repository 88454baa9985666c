// Package scanned looks for users in doubt in the list of all users, if the API cannot be
// searched by our id. Its tests are those of the stack.
//
// Start at Scanned.
package scanned

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/wait"
	"usersync/sync/user"
)

// mostScanned bounds the users that one run reads to settle its doubts: at ten calls a
// second that is less than a minute of a run, and enough for a young account.
const mostScanned = 5000

// Scanned looks for users who were perhaps created in the list of all users, where the
// API cannot be searched by our id. It finds a user only if the whole list was read,
// exactly one user in it looks as the record would have made it, and the user's key is
// no other id's. Not to find a user proves nothing: the presence is then Unknown.
type Scanned struct {
	destination.API
	limited limited.Limited
	lister  destination.Lister
	holders owned.Holders
	retries int
	scan    *scan
}

// scan is what a run has read of the list. The workers share it; one at a time holds
// turn.
type scan struct {
	turn  chan struct{}
	users []destination.Listed // nil unless the list was read whole
	began time.Time            // of the last reading; zero if there was none
	left  int                  // users that may still be read

	mu   sync.Mutex
	keys map[string]string // ids by the keys that this run has met; nil if they are too many
}

// New returns the middleware for a run.
func New(api destination.API, limited limited.Limited, lister destination.Lister, holders owned.Holders, retries int) Scanned {
	s := &scan{turn: make(chan struct{}, 1), left: mostScanned, keys: map[string]string{}}
	return Scanned{API: api, limited: limited, lister: lister, holders: holders, retries: retries, scan: s}
}

// Apply sends b, and remembers the keys that it meets: the ledger does not know them
// before the next checkpoint.
func (s Scanned) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := s.API.Apply(ctx, b)
	for i, o := range outcomes {
		if remote := cmp.Or(o.Remote, b.Records[i].Remote); remote != "" {
			s.scan.claim(remote, b.Records[i].User.ID)
		}
	}
	return outcomes, err
}

// Find scans for users who were perhaps created, and reads the others.
func (s Scanned) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	if !s.Traits().FindsByKey || r.Remote != "" || !r.MaybeSent || r.Op != user.Upsert && r.Op != user.Create {
		return s.API.Find(ctx, r)
	}
	asked := time.Now()
	select {
	case s.scan.turn <- struct{}{}:
		defer func() { <-s.scan.turn }()
	case <-ctx.Done():
		return destination.Found{}, context.Cause(ctx)
	}
	// What was read before a call of this run for the user says nothing about it.
	if s.scan.began.IsZero() || r.Attempts > 0 && s.scan.began.Before(asked) {
		if s.scan.left == 0 {
			return destination.Found{}, nil
		}
		s.scan.began, s.scan.users = time.Now(), nil
		users, err := s.read(ctx)
		if err != nil {
			return destination.Found{}, err
		}
		s.scan.users = users
	}
	return s.look(ctx, r)
}

// look returns the only user who looks as the record would have made it.
func (s Scanned) look(ctx context.Context, r *user.Record) (destination.Found, error) {
	var fits []destination.Listed
	for _, u := range s.scan.users {
		if s.lister.Fits(r, u) {
			fits = append(fits, u)
		}
	}
	if len(fits) != 1 || fits[0].Remote == "" {
		return destination.Found{}, nil
	}
	remote := fits[0].Remote
	holders, err := s.holders.HoldersOf(ctx, []string{remote})
	if err != nil {
		return destination.Found{}, err
	}
	for _, id := range holders[remote] {
		if id != r.User.ID {
			return destination.Found{}, nil
		}
	}
	if !s.scan.claim(remote, r.User.ID) {
		return destination.Found{}, nil
	}
	return destination.Found{Presence: destination.Same, Remote: remote, Held: fits[0].Held, HTTP: http.StatusOK}, nil
}

// claim notes that the key is the id's, and reports whether it is.
func (s *scan) claim(remote, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if holder, ok := s.keys[remote]; ok || s.keys == nil {
		return ok && holder == id
	}
	if len(s.keys) == mostScanned { // so many users cannot be scanned anyway
		s.keys = nil
		return false
	}
	s.keys[remote] = id
	return true
}

// read returns all users; nil if the API does not list them, or not whole, or holds too
// many. An API that denies the list may take every other call. An error ends the run.
func (s Scanned) read(ctx context.Context) ([]destination.Listed, error) {
	var users []destination.Listed
	seen := map[string]bool{}
	for total := -1; ; {
		page, err := s.page(ctx, len(users))
		switch {
		case err != nil && destination.AsCallError(err) == nil:
			return nil, err
		case err != nil && destination.AsCallError(err).Fault != destination.PerhapsTaken && destination.AsCallError(err).Fault != destination.NotTaken:
			s.scan.left = 0 // it would refuse the next one, too
			return nil, nil
		case err != nil, len(users) > 0 && page.Total != total, page.Total-len(users) > s.scan.left, len(page.Users) > s.scan.left:
			return nil, nil
		}
		total = page.Total
		s.scan.left -= len(page.Users)
		for _, u := range page.Users {
			if u.Remote != "" && seen[u.Remote] {
				return nil, nil // the list changed, or it does not follow the offset
			}
			seen[u.Remote] = true
		}
		users = append(users, page.Users...)
		switch {
		case total >= 0 && len(users) > total:
			return nil, nil
		case total >= 0 && len(users) == total, total < 0 && len(page.Users) == 0:
			return users, nil
		case len(page.Users) == 0:
			return nil, nil
		}
	}
}

// page reads one page, and repeats a reading that failed.
func (s Scanned) page(ctx context.Context, offset int) (destination.Page, error) {
	waits, next := wait.Backoff(), ctx
	for attempt := 0; ; attempt++ {
		page, err := s.limited.List(next, s.lister, offset)
		ce := destination.AsCallError(err)
		if ce == nil || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole || attempt >= s.retries {
			return page, err
		}
		if next, err = wait.Again(ctx, waits.NextBackOff()); err != nil {
			return page, err
		}
	}
}
