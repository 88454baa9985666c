package sandbox

import (
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// State is what the server has seen and done since it started, or since Reset. It is not a snapshot of one instant while calls are in flight.
type State struct {
	Users   uint64 `json:"users"`   // that exist now
	Created uint64 `json:"created"` // creates applied, whatever was answered
	Updated uint64 `json:"updated"`
	Deleted uint64 `json:"deleted"`

	Calls             uint64                       `json:"calls"`       // all except those of /_sandbox
	Answers           map[string]map[string]uint64 `json:"answers"`     // operation, then status; "none" is a call without an answer
	PeakSecond        int                          `json:"peak_second"` // most users calls that arrived within one second
	PeakConcurrency   int                          `json:"peak_concurrency"`
	Tokens            uint64                       `json:"tokens"` // issued
	RedirectsFollowed uint64                       `json:"redirects_followed"`
	Doubled           map[string]uint64            `json:"doubled,omitempty"` // by lookup key, values that several users had at once; see Users

	Seed   uint64            `json:"seed"`
	Faults map[string]uint64 `json:"faults"` // how often each took effect
}

// State is GET /_sandbox/state for callers in the same process.
func (s *Server) State() State {
	t := &s.counters
	st := State{
		Created: t.created.Load(), Updated: t.updated.Load(), Deleted: t.deleted.Load(),
		Answers: t.answers(), Tokens: t.tokens.Load(), RedirectsFollowed: t.followed.Load(),
		Seed: s.options.Seed, Faults: map[string]uint64{},
	}
	st.Users = st.Created - min(st.Created, st.Deleted)
	st.Doubled = s.index.duplicates()
	for _, f := range s.faults {
		st.Faults[f.text] += f.times.Load()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	st.Calls, st.PeakSecond, st.PeakConcurrency = t.calls, t.window.peak, t.concurrency
	return st
}

// Injected returns how many faults took effect.
func (s *Server) Injected() (times uint64) {
	for _, f := range s.faults {
		times += f.times.Load()
	}
	return times
}

func (t *counters) answers() map[string]map[string]uint64 {
	all := map[string]map[string]uint64{}
	for op := range t.statuses {
		name := Op(op).String()
		for status := range t.statuses[op] {
			n := t.statuses[op][status].Load()
			if n == 0 {
				continue
			}
			if all[name] == nil {
				all[name] = map[string]uint64{}
			}
			all[name][statusName(status)] = n
		}
	}
	return all
}

func statusName(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status)
}

// User returns the state of one id; false if it was never created.
func (s *Server) User(id string) (UserState, bool) { return s.users.user(id) }

// Lookup returns the state of one value of a lookup key: how many users were created with it, and who has it. It is
// GET /_sandbox/state?mark=NAME&value=VALUE.
func (s *Server) Lookup(name, value string) LookupState { return s.index.lookupState(name, value) }

// Users yields every id that was ever created, in no order. The server keeps working in the loop.
func (s *Server) Users() iter.Seq[UserState] { return s.users.all() }

// Reset forgets users and counts, and starts again with call number 1. Tokens stay valid.
func (s *Server) Reset() {
	s.users.reset()
	s.index.reset()
	s.counters.reset()
	for _, f := range s.faults {
		f.times.Store(0)
	}
}

const (
	ownPath   = "/_sandbox/"
	statePath = ownPath + "state"
)

// serveOwn answers the paths of the sandbox itself. It counts none of them.
func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request, path string) bool {
	switch {
	case path == elsewherePath:
		s.counters.followed.Add(1)
		http.Error(w, "You followed a redirect.", http.StatusNotFound)
	case path == "/" && r.Method == http.MethodGet:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		writeLine(w, "usersync-sandbox: a mock server, not the vendor's; state at "+statePath)
	case path == statePath && r.Method == http.MethodGet:
		s.writeState(w, r)
	case path == statePath && r.Method == http.MethodDelete:
		s.Reset()
		w.WriteHeader(http.StatusNoContent)
	case strings.HasPrefix(path, ownPath):
		http.Error(w, "The sandbox has GET and DELETE "+statePath, http.StatusNotFound)
	default:
		return false
	}
	return true
}

// writeState writes the counts; with ?id=X one user, with ?mark=N&value=V the state of a lookup key's value, with ?users=1 all users as JSON
// Lines without their attributes.
func (s *Server) writeState(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.Header()["Content-Type"] = jsonType
	switch {
	case q.Has("id"):
		u, ok := s.users.user(q.Get("id"))
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			u.ID = q.Get("id")
		}
		writeLine(w, string(u.append(nil, true)))
	case q.Has("mark"):
		// Encoding cannot fail: invalid UTF-8 is replaced.
		b, _ := json.Marshal(s.Lookup(q.Get("mark"), q.Get("value")), jsontext.AllowInvalidUTF8(true))
		writeLine(w, string(b))
	case q.Has("users"):
		w.Header().Set("Content-Type", "application/jsonl")
		s.writeUsers(w)
	default:
		// Encoding cannot fail: the type has only numbers and strings.
		b, _ := json.Marshal(s.State(), jsontext.WithIndent("  "), json.Deterministic(true))
		writeLine(w, string(b))
	}
}

func (s *Server) writeUsers(w http.ResponseWriter) {
	var b []byte
	for u := range s.users.all() {
		b = append(u.append(b, false), '\n')
		if len(b) > 32<<10 {
			if _, err := w.Write(b); err != nil {
				return
			}
			b = b[:0]
		}
	}
	// A write fails only if the caller has hung up.
	_, _ = w.Write(b)
}

func (u UserState) append(b []byte, attributes bool) []byte {
	b = appendString(append(b, `{"id":`...), u.ID)
	b = strconv.AppendBool(append(b, `,"held":`...), u.Held)
	b = strconv.AppendUint(append(b, `,"created":`...), uint64(u.Created), 10)
	b = strconv.AppendUint(append(b, `,"updated":`...), uint64(u.Updated), 10)
	b = strconv.AppendUint(append(b, `,"deleted":`...), uint64(u.Deleted), 10)
	if attributes && len(u.Attributes) > 0 {
		b = append(append(b, `,"attributes":`...), u.Attributes...)
	}
	return append(b, '}')
}

func writeLine(w http.ResponseWriter, line string) {
	// A write fails only if the caller has hung up.
	_, _ = w.Write([]byte(line + "\n"))
}
