// Package sandbox is a rehearsal server for user APIs: it keeps users in memory, answers as the API's reference says, and can be told to
// misbehave on purpose. It ships with usersync, so that a migration can be rehearsed before anybody has an account.
//
// It is not the vendor's sandbox and says so: every answer carries "Server: usersync-sandbox". Where the reference is silent (does a PUT clear
// what it leaves out? when is a conflict the whole call's?) it does not pretend to know: an option or a fault chooses. It shares no code with
// the clients, so that a misreading of an API cannot agree with itself.
//
// Start with New (an http.Handler) or Start (a listener too), Fault for what can go wrong, and State for what it saw. The Kard users API,
// version 2024-10-01, is in kard.go. Every other API is an API, in a folder of its own below this one, which never learns of it: it is handed
// in by Options, and then stands behind the same faults, quota, tokens and state.
package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options say which API is rehearsed and how it behaves. The zero value is a well-behaved server that lets everybody in.
type Options struct {
	API    API     // the one that is rehearsed; nil is Kard
	Faults []Fault // what goes wrong; several may strike one call
	Seed   uint64  // of the faults: the same seed, call number and user id give the same faults

	Organization string // Kard's only one that exists; "" accepts any (all share one set of users)
	Put          Put    // what Kard's PUT does with attributes that it leaves out; not documented, so it is a choice

	RequireAuth   bool          // users calls need a token, or what else the API asks for
	ClientID      string        // "" accepts any that is not empty
	ClientSecret  string        // "" accepts any that is not empty
	Token         string        // a token that is always good, for clients that are given one; "" is none
	TokenLifetime time.Duration // of tokens given out; 0 is an hour, as in the reference's example

	Quota   Quota         // calls a minute; the zero value is no quota
	Latency time.Duration // before every users call is looked at
	Jitter  time.Duration // at most this much is added to Latency, drawn by call number
}

// Put says what an update does with attributes that the request leaves out.
type Put string

const (
	Merge   Put = "merge"   // they stay; the default
	Replace Put = "replace" // they go, except historicalTransactionsSent, which never goes back from true
)

// Check reports the first option that the server would not understand: a Put or a header style that does not exist, a Fault that
// ParseFault would refuse, or one that the API can never show. Start calls it; a caller of New who takes options from a person calls it too.
func (o Options) Check() error {
	if o.Put != "" && o.Put != Merge && o.Put != Replace {
		return fmt.Errorf("sandbox: put %q does not exist; use merge or replace", o.Put)
	}
	if o.API != nil && (o.Organization != "" || o.Put == Replace) {
		return errors.New("sandbox: an organization and a put that replaces are Kard's; the API that is rehearsed has neither")
	}
	if o.TokenLifetime < 0 || o.Latency < 0 || o.Jitter < 0 || o.Quota.PerMinute < 0 {
		return errors.New("sandbox: durations and the quota must not be negative")
	}
	if err := o.checkFaults(); err != nil {
		return err
	}
	return o.Quota.check()
}

// Server answers for the API and keeps its users. It is an http.Handler, safe for concurrent use, and starts no goroutine.
type Server struct {
	options Options
	users   *store
	index   *Users // of the users of an API that was handed in
	faults  []*arranged
	tokens  tokens
	quota   quota
	tally   tally
	calls   sync.Pool

	kard       kardAPI
	inject     injector
	answerType []string
}

// New makes a server without users. Options that Check refuses never strike or fall back to their default.
func New(o Options) *Server {
	if o.TokenLifetime <= 0 {
		o.TokenLifetime = time.Hour
	}
	s := &Server{options: o, users: newStore(), faults: arrange(o.Faults, o.Seed)}
	s.index, s.kard, s.inject = newUsers(s), kardAPI{s}, injector{s}
	s.quota.Quota = o.Quota
	if len(o.Quota.Headers) == 0 {
		s.quota.Headers = o.traits().Headers
	}
	s.answerType = jsonType
	if t := o.traits().Type; t != "" {
		s.answerType = []string{t}
	}
	s.calls.New = func() any { return new(call) }
	return s
}

// With returns o with more faults, each as a person writes it. The error is that of ParseFault or of Check.
func (o Options) With(faults ...string) (Options, error) {
	o.Faults = slices.Clip(o.Faults)
	for _, text := range faults {
		f, err := ParseFault(text)
		if err != nil {
			return o, err
		}
		o.Faults = append(o.Faults, f)
	}
	return o, o.Check()
}

// ServeHTTP answers one call. A fault that leaves no answer hijacks the connection; where that cannot be done it panics with
// http.ErrAbortHandler, which is how net/http is told to hang up.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Server"] = serverName
	path := r.URL.EscapedPath()
	if s.own(w, r, path) {
		return
	}
	if s.options.API != nil {
		s.serveAPI(w, r, path)
		return
	}
	c := s.begin(w, r)
	defer s.end(c)
	status, detail := s.kard.route(c, path)
	c.number, c.since = s.tally.arrive(c.op)
	switch {
	case status != 0:
		c.refuse(status, detail)
	case !c.read():
		c.refuse(http.StatusRequestEntityTooLarge, "The body is larger than this server reads")
	case c.op == Token:
		s.token(c)
	default:
		s.kard.serve(c)
	}
}

// serve takes a users call to Kard's part of the server.
func (s kardAPI) serve(c *call) {
	s.parse(c)
	if !s.stops(c) {
		s.apply(c)
	}
}

// stops takes a users call through what stands before the API: faults, quota and the check of the credentials. It reports whether one of them
// has ended the call.
func (s *Server) stops(c *call) bool {
	s.inject.strikes(c)
	s.inject.delay(c)
	return s.inject.isDown(c) || !s.quota.admit(c) || !s.authorized(c) || s.inject.strike(c, Before)
}

var serverName = []string{"usersync-sandbox"}
