package stack_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// fault is what goes wrong with one call. It prints itself.
type fault string

const (
	none         fault = "none"
	lostBefore   fault = "lost before the commit"
	lostAfter    fault = "lost after the commit"
	error500     fault = "500 before the commit"
	error500Late fault = "500 after the commit"
	busy503      fault = "503"
	busy503After fault = "503 with Retry-After"
	busy429      fault = "429"
	short        fault = "an answer that mentions every second user"
	shortUndone  fault = "an answer that mentions every second user, and did only those"
	itemsBusy    fault = "every second item busy"
	whole400     fault = "400 for the whole call"
	whole413     fault = "413 for the whole call"
	whole422     fault = "422 for the whole call"
	whole409     fault = "409 for the whole call"
	exists403    fault = "403 for the whole call, because a user exists"
	denied       fault = "403"
	forgets      fault = "404 for each user"
)

// failure is the error of a call that fails as a whole; nil if it does not.
func (f fault) failure() *destination.CallError {
	switch f {
	case lostBefore, lostAfter:
		return &destination.CallError{Code: "reset"}
	case error500, error500Late:
		return &destination.CallError{Status: 500, Code: "http_500"}
	case busy503:
		return &destination.CallError{Fault: destination.NotTaken, Status: 503, Code: "http_503"}
	case busy503After:
		return &destination.CallError{Fault: destination.NotTaken, Status: 503, Code: "http_503", After: time.Second}
	case busy429:
		return &destination.CallError{Fault: destination.NotTaken, Status: 429, Code: "http_429"}
	case whole400, whole413, whole422, whole409:
		var status int
		_, _ = fmt.Sscan(string(f), &status)
		return &destination.CallError{Fault: destination.RefusedWhole, Status: status, Code: fmt.Sprintf("http_%d", status)}
	case exists403:
		return &destination.CallError{Fault: destination.RefusedWhole, Status: 403, Code: "http_403", SaysExists: true}
	case denied:
		return &destination.CallError{Fault: destination.Denied, Status: 403, Code: "http_403"}
	}
	return nil
}

// commits reports whether the call takes effect despite the fault.
func (f fault) commits() bool { return f.failure() == nil || f == lostAfter || f == error500Late }

// fake is an in-memory API for users with one attribute, email.
type fake struct {
	traits    destination.Traits
	clears    bool            // an update clears what it leaves out
	hides     map[string]bool // users whose email is never returned
	inactive  bool            // users may be inactive, and no read shows whether they are
	refuses   map[string]bool // users that are refused one by one
	poison    map[string]bool // users that make it refuse the whole call
	conflicts bool            // a create of an existing user answers 409 for the whole call
	applied   func(call int, b user.Batch) fault
	found     func(read int) fault

	mu      sync.Mutex
	users   map[string]map[user.Field]string
	created map[string]int
	changed map[string]int // how often each user was created, updated or deleted
	calls   []string       // "create a b: fault"
	reads   int
}

func (f *fake) Traits() destination.Traits { return f.traits }

func (f *fake) Check(*user.Record) error { return nil }

func (f *fake) Apply(ctx context.Context, b user.Batch) (_ []user.Outcome, err error) {
	defer func() { ended(ctx, http.MethodPost, err) }()
	f.mu.Lock()
	defer f.mu.Unlock()
	fault := f.applied(len(f.calls), b)
	f.calls = append(f.calls, strings.TrimSuffix(string(b.Op)+" "+ids(b.Records)+": "+string(fault), ": none"))
	if ce := f.whole(b); ce != nil {
		return nil, ce
	}
	outcomes := make([]user.Outcome, len(b.Records))
	for i, r := range b.Records {
		skipped := i%2 == 1
		switch {
		case fault == forgets:
			outcomes[i] = user.Outcome{Status: user.Missing, HTTP: 404}
		case fault == itemsBusy && skipped:
			outcomes[i] = user.Outcome{Status: user.Busy, HTTP: 503}
		case fault == shortUndone && skipped:
			outcomes[i] = user.Outcome{Status: user.InDoubt, Code: user.CodeNoAnswer, HTTP: 207}
		case fault.commits():
			outcomes[i] = f.one(b.Op, r)
		}
		if fault == short && skipped {
			outcomes[i] = user.Outcome{Status: user.InDoubt, Code: user.CodeNoAnswer}
		}
	}
	if ce := fault.failure(); ce != nil {
		return nil, ce
	}
	return outcomes, nil
}

// ended tells the middleware how a call ended, as package rest does.
func ended(ctx context.Context, method string, err error) {
	how := destination.Ending{Status: http.StatusOK}
	if ce := destination.AsCallError(err); ce != nil {
		how = destination.Ending{Status: ce.Status, Code: ce.Code}
	}
	destination.CallEnded(ctx, method, how)
}

// whole refuses calls that hold poison or existing users.
func (f *fake) whole(b user.Batch) error {
	for _, r := range b.Records {
		if f.poison[r.User.ID] {
			return whole400.failure()
		}
		if f.conflicts && b.Op == user.Create && f.users[r.User.ID] != nil {
			return whole409.failure()
		}
	}
	return nil
}

func (f *fake) one(op user.Op, r *user.Record) user.Outcome {
	id := r.User.ID
	held, exists := f.users[id]
	switch {
	case f.refuses[id]:
		return user.Outcome{Status: user.Refused, Code: "bad", HTTP: 400}
	case op == user.Create && exists && f.traits.Ops[op].Replay != destination.Unsafe:
		return user.Outcome{Status: user.Exists, HTTP: 409}
	case op != user.Create && !exists:
		return user.Outcome{Status: user.Missing, HTTP: 404}
	}
	f.changed[id]++
	if op == user.Delete {
		delete(f.users, id)
		return user.Outcome{Status: user.Deleted, HTTP: 200}
	}
	if op == user.Create {
		f.created[id]++
	}
	data := map[user.Field]string{}
	if op == user.Update && !f.clears {
		data = maps.Clone(held)
	}
	for _, a := range r.User.Attributes {
		data[a.Field] = a.Value.Text
	}
	f.users[id] = data
	if op == user.Update {
		return user.Outcome{Status: user.Updated, HTTP: 200}
	}
	return user.Outcome{Status: user.Created, HTTP: 201}
}

// readable is a fake with a read-back.
type readable struct{ *fake }

func (f readable) Find(ctx context.Context, r *user.Record) (_ destination.Found, err error) {
	defer func() { ended(ctx, http.MethodGet, err) }()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if ce := f.found(f.reads - 1).failure(); ce != nil {
		return destination.Found{}, ce
	}
	held, ok := f.users[r.User.ID]
	if !ok {
		return destination.Found{Presence: destination.Absent, HTTP: 404}, nil
	}
	found := destination.Found{Presence: destination.Same, HTTP: 200, PerhapsInactive: f.inactive}
	for _, field := range slices.Sorted(maps.Keys(held)) {
		if f.hides[r.User.ID] {
			continue
		}
		found.Held = append(found.Held, user.Attribute{Field: field, Value: user.TextValue(held[field])})
		if v, ok := r.User.Value(field); ok && v.Text != held[field] {
			found.Presence, found.Differs = destination.Different, append(found.Differs, field)
		}
	}
	return found, nil
}

// pacer lets every call start at once, until the context ends or the API seems down.
type pacer struct {
	mu      sync.Mutex
	through uint64
	silent  int
}

var errGaveUp = errors.New("gave up")

func (p *pacer) Begin(ctx context.Context) (func(int, bool), error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if p.silent >= 300 {
		return nil, errGaveUp
	}
	return func(_ int, through bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.silent++; through {
			p.silent = 0
			p.through++
		}
	}, nil
}

func (p *pacer) Answered() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.through
}

func ids(records []*user.Record) string {
	var list []string
	for _, r := range records {
		list = append(list, r.User.ID)
	}
	return strings.Join(list, " ")
}
