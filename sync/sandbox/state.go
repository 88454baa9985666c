package sandbox

import (
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// State is what the server has seen and done since it started, or since Reset. Taken while calls are under way it is not of one instant.
type State struct {
	Users   uint64 `json:"users"`   // held now
	Created uint64 `json:"created"` // creates applied, whatever was answered
	Updated uint64 `json:"updated"`
	Deleted uint64 `json:"deleted"`

	Calls             uint64                       `json:"calls"`       // all but those of /_sandbox
	Answers           map[string]map[string]uint64 `json:"answers"`     // operation, then status; "none" is a call that got no answer
	PeakSecond        int                          `json:"peak_second"` // most users calls that arrived within any one second
	PeakConcurrency   int                          `json:"peak_concurrency"`
	Tokens            uint64                       `json:"tokens"` // given out
	RedirectsFollowed uint64                       `json:"redirects_followed"`
	Doubled           map[string]uint64            `json:"doubled,omitempty"` // by mark, values that several users held at once; see Users

	Seed   uint64            `json:"seed"`
	Faults map[string]uint64 `json:"faults"` // how often each struck
}

// State is GET /_sandbox/state for a caller in the same process.
func (s *Server) State() State {
	t := &s.tally
	st := State{
		Created: t.created.Load(), Updated: t.updated.Load(), Deleted: t.deleted.Load(),
		Answers: t.answers(), Tokens: t.tokens.Load(), RedirectsFollowed: t.followed.Load(),
		Seed: s.options.Seed, Faults: map[string]uint64{},
	}
	st.Users = st.Created - min(st.Created, st.Deleted)
	st.Doubled = s.index.doubled()
	for _, f := range s.faults {
		st.Faults[f.text] += f.times.Load()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	st.Calls, st.PeakSecond, st.PeakConcurrency = t.calls, t.window.peak, t.concurrency
	return st
}

// Struck tells how often any fault struck.
func (s *Server) Struck() (times uint64) {
	for _, f := range s.faults {
		times += f.times.Load()
	}
	return times
}

func (t *tally) answers() map[string]map[string]uint64 {
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

// User tells of one id; false when it was never created.
func (s *Server) User(id string) (UserState, bool) { return s.users.user(id) }

// Marked tells of one value of a mark: how many users were created with it, and who holds it. It is GET /_sandbox/state?mark=NAME&value=VALUE.
func (s *Server) Marked(name, value string) Marked { return s.index.marked(name, value) }

// Users goes over every id that was ever created, in no order. The server may be asked and go on working meanwhile.
func (s *Server) Users() iter.Seq[UserState] { return s.users.all() }

// Reset forgets users and counts, and starts again with call number 1. Tokens stay good.
func (s *Server) Reset() {
	s.users.reset()
	s.index.reset()
	s.tally.reset()
	for _, f := range s.faults {
		f.times.Store(0)
	}
}

const (
	ownPath   = "/_sandbox/"
	statePath = ownPath + "state"
)

// own answers the paths that are the sandbox's and not the API's. It counts none of them.
func (s *Server) own(w http.ResponseWriter, r *http.Request, path string) bool {
	switch {
	case path == elsewherePath:
		s.tally.followed.Add(1)
		http.Error(w, "You followed a redirect.", http.StatusNotFound)
	case path == "/" && r.Method == http.MethodGet:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		writeLine(w, "usersync-sandbox: a rehearsal server, not the vendor's; state at "+statePath)
	case path == statePath && r.Method == http.MethodGet:
		s.tellState(w, r)
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

// tellState writes the counts, ?id=X one user, ?mark=N&value=V what became of one value of a mark, or ?users=1 all users as JSON Lines without their attributes.
func (s *Server) tellState(w http.ResponseWriter, r *http.Request) {
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
		// Encoding cannot fail: what is not UTF-8 is replaced.
		b, _ := json.Marshal(s.Marked(q.Get("mark"), q.Get("value")), jsontext.AllowInvalidUTF8(true))
		writeLine(w, string(b))
	case q.Has("users"):
		w.Header().Set("Content-Type", "application/jsonl")
		s.tellUsers(w)
	default:
		// Encoding cannot fail: the type is all numbers and strings.
		b, _ := json.Marshal(s.State(), jsontext.WithIndent("  "), json.Deterministic(true))
		writeLine(w, string(b))
	}
}

func (s *Server) tellUsers(w http.ResponseWriter) {
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
	// A write fails only when the caller has gone.
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
	// A write fails only when the caller has gone.
	_, _ = w.Write([]byte(line + "\n"))
}
