package answer

import (
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/problem"
	"usersync/sync/destination/rest"
)

// note is what one entry of an answer says about one user.
type note struct {
	means  meaning
	status int // 0 if it has no numeric one
	code   string
	detail string
	remote string
	after  string // how long the entry asks to wait
	made   string // true for a create and false for an update, if the answer says so
}

// explain reads an entry as problem details (RFC 9457).
func (r *reading) explain(e *jsontree.Value, n *note) {
	said := problem.In(e.Append(nil))
	n.code, n.detail = said.Code, said.Text
	if m, ok := r.layout.meanings[said.Code]; ok {
		n.means = m
	}
}

func (r *reading) note(e *jsontree.Value, s *locations, other meaning) note {
	n := note{code: s.code.Text(e), remote: s.remote.Text(e), after: s.after.Text(e), made: s.created.Text(e)}
	status := s.status.Text(e)
	switch {
	case status == "" && r.status/100 == 4 && other != meansDone && other != "":
		other = r.layout.meaningOf("", strconv.Itoa(r.status), meansRefused)
	case status == "" && s.status != nil && other == meansDone:
		other = meansInDoubt
	}
	n.means, n.status = r.layout.meaningOf(n.code, status, other), rest.StatusIn(status)
	var said []string
	for _, p := range s.message {
		if text := strings.TrimSpace(p.Text(e)); text != "" && (len(said) == 0 || !strings.EqualFold(said[0], text)) {
			said = append(said, text)
		}
	}
	n.detail = strings.Join(said, ": ")
	return n
}

// assign adds the note to the users that the entry names.
func (r *reading) assign(e *jsontree.Value, l *entries, n note) {
	named := false
	if found, ok := l.key.In(e); ok {
		keys := []jsontree.Value{*found}
		if found.Kind == '[' {
			keys = found.Items
		}
		for i := range keys {
			if key := keys[i].Plain(); key != "" {
				named = true
				r.addNote(key, n)
			}
		}
	}
	if named {
		return
	}
	if at, ok := r.number(e, l); ok {
		r.notes[at] = append(r.notes[at], n)
		return
	}
	if len(r.Records) == 1 {
		r.notes[0] = append(r.notes[0], n) // there is no other user
		return
	}
	r.general = append(r.general, n)
}

// number reads the position of a user in the call, alone or inside a pointer.
func (r *reading) number(e *jsontree.Value, l *entries) (int, bool) {
	text := l.index.Text(e)
	if l.pointer != nil {
		rest, ok := strings.CutPrefix(l.pointer.Text(e), l.below+"/")
		if !ok {
			return 0, false
		}
		text, _, _ = strings.Cut(rest, "/")
	}
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil && int(n) < len(r.Records)
}

// worst returns the index of the most severe note; -1 if none is a failure.
func (r *reading) worst(notes []note) int {
	at, most := -1, -1
	for i, n := range notes {
		if g := destination.Severity(r.statusFor(n.means)); g > most {
			at, most = i, g
		}
	}
	return at
}
