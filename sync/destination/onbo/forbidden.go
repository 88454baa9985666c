package onbo

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// do makes a call. Onbo answers 403 to an expired signature, and a slow network can
// make it expire: the first 403 of a record counts as not sent, so that the call is
// signed and made again. A second 403 is about the signature itself.
func (c *Client) do(ctx context.Context, request rest.Request, r *user.Record) (*rest.Answer, error) {
	a, err := c.api.Do(ctx, request)
	if err == nil && a.Status == http.StatusForbidden { // about a signature, even if it reads as if the user existed
		defer a.Release()
		err = a.Fail(destination.Denied, destination.StatusCode(a.Status), "")
	}
	var ce *destination.CallError
	if !errors.As(err, &ce) || ce.Status != http.StatusForbidden {
		c.forbidden.clear(r)
		return a, err
	}
	again := *ce
	again.Fault, again.Err = destination.Denied, errForbidden
	if c.forbidden.first(r) {
		again.Fault = destination.NotTaken
	}
	return nil, &again
}

var errForbidden = errors.New("the signature was not accepted: check this machine's clock (a signature is good for 60 s), onbo.auth.client_id, secret_key and epoch, and that base_url is the address that Onbo sees")

// maxForbidden is far more than the calls in flight. If so many records get a 403,
// no call succeeds, and trying further records twice would change nothing.
const maxForbidden = 1024

// forbidden holds the records whose last call was answered 403. It is safe for
// concurrent use. Calls run concurrently, so the answer to one record says nothing
// about the others.
type forbidden struct {
	mu      sync.Mutex
	records map[*user.Record]struct{}
}

// first reports whether it is the record's first 403 in a row.
func (s *forbidden) first(r *user.Record) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, second := s.records[r]; second || len(s.records) >= maxForbidden {
		delete(s.records, r)
		return false
	}
	if s.records == nil {
		s.records = map[*user.Record]struct{}{}
	}
	s.records[r] = struct{}{}
	return true
}

func (s *forbidden) clear(r *user.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, r)
}
