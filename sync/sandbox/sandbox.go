// Package sandbox is a mock server for user APIs. It keeps users in memory, answers as the API's reference says, and misbehaves on
// request. It ships with usersync, so you can try out a migration before you have an account.
//
// It is not the vendor's sandbox and says so: every answer carries "Server: usersync-sandbox". Where the reference is silent (does a PUT clear
// what it leaves out? when does a conflict concern the whole call?) it does not guess: an option or a fault decides. It shares no code with
// the clients, so both cannot misread an API in the same way.
//
// Start at New (an http.Handler) or Start (with a listener), Fault for what can go wrong, and State for what it saw. The Kard users API,
// version 2024-10-01, is in kard.go. Every other API is an implementation of API in a folder below this one. Options pass it in, and it gets
// the same faults, quota, tokens and state.
package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options say which API the server plays and how it behaves. The zero value is a well-behaved server that lets every caller in.
type Options struct {
	API    API     // the API to play; nil is Kard
	Faults []Fault // what goes wrong; several may hit one call
	Seed   uint64  // of the faults: the same seed, call number and user id give the same faults

	Organization string // the only Kard organization that exists; "" accepts any (all share one set of users)
	Put          Put    // what Kard's PUT does with attributes that it leaves out; the reference does not say

	RequireAuth   bool          // users calls need a token, or whatever the API asks for
	ClientID      string        // "" accepts any that is not empty
	ClientSecret  string        // "" accepts any that is not empty
	Token         string        // a token that never expires, for clients with a fixed token; "" means none
	TokenLifetime time.Duration // of issued tokens; 0 is an hour, as in the reference's example

	Quota   Quota         // calls per minute; the zero value is no quota
	Latency time.Duration // before every users call is processed
	Jitter  time.Duration // at most this much is added to Latency, drawn by call number
}

// Put says what an update does with attributes that the request leaves out.
type Put string

const (
	Merge   Put = "merge"   // they stay; the default
	Replace Put = "replace" // they are cleared, except historicalTransactionsSent, which never changes back from true
)

// Check reports the first option that is not valid: an unknown Put or header style, a Fault that ParseFault would refuse, or one that the
// API can never show. Start calls it; if you call New with options that come from a user, call it too.
func (o Options) Check() error {
	if o.Put != "" && o.Put != Merge && o.Put != Replace {
		return fmt.Errorf("sandbox: put %q does not exist; use merge or replace", o.Put)
	}
	if o.API != nil && (o.Organization != "" || o.Put == Replace) {
		return errors.New("sandbox: an organization and put=replace exist only for Kard")
	}
	if o.TokenLifetime < 0 || o.Latency < 0 || o.Jitter < 0 || o.Quota.PerMinute < 0 {
		return errors.New("sandbox: durations and the quota must not be negative")
	}
	if err := o.checkFaults(); err != nil {
		return err
	}
	return o.Quota.check()
}

// Server answers for the API and holds its users. It is an http.Handler, safe for concurrent use, and starts no goroutine.
type Server struct {
	options  Options
	users    *store
	index    *Users // of the users of an API other than Kard
	faults   []*compiled
	tokens   tokens
	quota    quota
	counters counters
	calls    sync.Pool

	kard       kardAPI
	inject     injector
	answerType []string
}

// New returns a server without users. Options that Check refuses have no effect or fall back to their default.
func New(o Options) *Server {
	if o.TokenLifetime <= 0 {
		o.TokenLifetime = time.Hour
	}
	s := &Server{options: o, users: newStore(), faults: compile(o.Faults, o.Seed)}
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

// With returns o with more faults in their text form. The error is from ParseFault or Check.
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

// ServeHTTP answers one call. A fault that sends no answer hijacks the connection; if that fails it panics with http.ErrAbortHandler, which
// makes net/http hang up.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Server"] = serverName
	path := r.URL.EscapedPath()
	if s.serveOwn(w, r, path) {
		return
	}
	if s.options.API != nil {
		s.serveAPI(w, r, path)
		return
	}
	c := s.begin(w, r)
	defer s.end(c)
	status, detail := s.kard.route(c, path)
	c.number, c.since = s.counters.begin(c.op)
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

// serve handles a users call for Kard.
func (s kardAPI) serve(c *call) {
	s.parse(c)
	if !s.blocked(c) {
		s.apply(c)
	}
}

// blocked passes a users call through the faults, the quota and the check of the credentials. It reports whether one of them has ended it.
func (s *Server) blocked(c *call) bool {
	s.inject.collect(c)
	s.inject.delay(c)
	return s.inject.isDown(c) || !s.quota.allow(c) || !s.authorized(c) || s.inject.endCall(c, Before)
}

var serverName = []string{"usersync-sandbox"}
