package rest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"usersync/sync/destination"
)

const (
	earlyRefresh = 2 * time.Minute  // before expiry; half the lifetime if that is less
	refreshAgain = 10 * time.Second // after a failed refresh, while the old token is still valid
)

// bearer is a credential and the header that carries it. number counts the tokens
// of this client from 1; 0 means none, or a static one.
type bearer struct {
	name             string // of the header
	header           []string
	hide             string // the secret part
	number           int
	refresh, expires time.Time // zero: valid until it is refused
}

func bearerHeader(token string) []string { return []string{"Bearer " + token} }

const authorization = "Authorization"

// tokens hands out the current token and fetches the next one, once for all
// callers that wait. It is safe for concurrent use.
//
// A 401 counts against the token that the call was sent with. The first 401 that
// the newest token gets for a method makes it stale and is NotTaken, code
// token_expired: the next call fetches another token, and the middleware makes the
// call again, through the limiter. A 401 is Denied if the newest token gets it for
// a method for which the previous token got one too, with no accepted call of that
// method in between. So each stale token costs one refresh, and an API that always
// answers 401 costs one refresh in all: after Denied the token is not stale, and
// nothing more is fetched.
type tokens struct {
	fetch   func(context.Context) (grant, error) // nil for a static token
	timeout time.Duration

	mu      sync.Mutex
	held    bearer
	stale   bool
	flight  *flight
	refused map[string]int // method -> number of the token refused last
}

// grant is the result of a token call.
type grant struct {
	token   string
	expires time.Time // zero if the answer does not say
}

// flight is a token call in flight. done is closed when the other fields are set.
type flight struct {
	done      chan struct{}
	token     bearer
	err       error
	abandoned bool // its caller left; another caller must fetch
}

// take returns the token to send. It fetches one if needed, or waits, as long as
// ctx allows, for the caller that is fetching one.
func (t *tokens) take(ctx context.Context) (bearer, error) {
	for {
		token, f, leads := t.begin()
		if f == nil {
			return token, nil
		}
		if leads {
			return t.lead(ctx, f, token)
		}
		select {
		case <-f.done:
			if !f.abandoned {
				return f.token, f.err
			}
		case <-ctx.Done():
			return bearer{}, broken(ctx, ctx.Err(), false)
		}
	}
}

// begin returns the token to use, or the flight to wait for or, if leads is true,
// to make.
func (t *tokens) begin() (token bearer, f *flight, leads bool) {
	if t.fetch == nil {
		return t.held, nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.usable() {
		return t.held, nil, false
	}
	if t.flight != nil {
		return bearer{}, t.flight, false
	}
	t.flight = &flight{done: make(chan struct{})}
	return t.held, t.flight, true
}

func (t *tokens) usable() bool {
	return t.held.number > 0 && !t.stale && (t.held.refresh.IsZero() || time.Now().Before(t.held.refresh))
}

// lead makes the token call for all that wait. A refresh that fails temporarily is
// not an error while the old token is valid.
func (t *tokens) lead(ctx context.Context, f *flight, old bearer) (bearer, error) {
	call, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	g, err := t.fetch(call)
	now := time.Now()

	t.mu.Lock()
	defer t.mu.Unlock()
	t.flight = nil
	switch {
	case err == nil:
		t.held, t.stale = newBearer(g, old.number+1, now), false
		f.token = t.held
	case ctx.Err() != nil:
		f.abandoned, err = true, broken(ctx, ctx.Err(), false)
	case old.number > 0 && !t.stale && now.Before(old.expires) && transient(err):
		t.held.refresh = now.Add(refreshAgain)
		f.token, err = t.held, nil
	}
	f.err = err
	close(f.done)
	return f.token, f.err
}

func transient(err error) bool {
	ce, ok := errors.AsType[*destination.CallError](err)
	return ok && ce.Fault == destination.NotTaken
}

func newBearer(g grant, number int, now time.Time) bearer {
	b := bearer{name: authorization, header: bearerHeader(g.token), hide: g.token, number: number, expires: g.expires}
	if !g.expires.IsZero() {
		b.refresh = g.expires.Add(-min(earlyRefresh, g.expires.Sub(now)/2))
	}
	return b
}

// answered records that a newer token was accepted where an older one was not.
func (t *tokens) answered(method string, token bearer, status int) {
	if t.fetch == nil || !accepted(status) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refused[method] < token.number {
		delete(t.refused, method)
	}
}

// accepted reports whether a status shows that the API accepted the token. Other
// statuses may come from a gateway that never checked it.
func accepted(status int) bool {
	return status/100 == 2 || status == 400 || status == 404 || status == 409 || status == 422
}

var errDenied = errors.New("the API does not accept these credentials; check auth in the config, and that the account has the permission")

// refusal returns what a 401 means for the call that was sent with token.
func (t *tokens) refusal(method string, token bearer) *destination.CallError {
	if t.expired(method, token) {
		return &destination.CallError{Fault: destination.NotTaken, Status: http.StatusUnauthorized, Code: "token_expired"}
	}
	return &destination.CallError{Fault: destination.Denied, Status: http.StatusUnauthorized, Code: "unauthorized", Err: errDenied}
}

func (t *tokens) expired(method string, token bearer) bool {
	if t.fetch == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if token.number != t.held.number {
		return true // a late answer: its token was replaced while the call was in flight
	}
	if before := t.refused[method]; before > 0 && before < token.number {
		return false
	}
	t.refused[method], t.stale = token.number, true
	return true
}
