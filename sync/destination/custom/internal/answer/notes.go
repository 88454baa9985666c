package answer

import (
	"errors"
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/custom/internal/request"
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

// reading interprets one answer.
type reading struct {
	api    *API
	layout *Layout
	Call

	status     int
	notes      [][]note           // by position in the call
	general    []note             // notes that name no user
	unknownIDs int                // entries that name a user who was not in the call
	broken     string             // why the answer cannot be trusted, as a code; "" if it can
	by         []request.Template // the keys to look for
	places     map[string]int
}

var errShape = errors.New("the answer is JSON, but not of the shape that the config describes")

// settlement decides the outcome of each user of the call.
type settlement struct{ reading }

// read collects what the answer says. Its error is errShape.
func (r *reading) read(v *jsontree.Value) error {
	w := r.layout
	r.begin()
	if v.Kind != '{' && !(v.Kind == '[' && w.atRoot()) {
		return errShape
	}
	for _, l := range w.lists() {
		if err := r.list(v, l, w.implied(l)); err != nil {
			return err
		}
	}
	for _, b := range w.buckets {
		if err := r.bucket(v, b); err != nil {
			return err
		}
	}
	r.findUnread(v)
	return r.checkCount(v)
}

// list reads one list. A list of errors has no successes, and done no failures.
func (r *reading) list(v *jsontree.Value, l *entries, other meaning) error {
	at, ok := l.at.In(v)
	if !ok {
		return nil
	}
	elements, ok := at.List()
	if !ok {
		return errShape
	}
	r.useKeys(l.keyedBy)
	if l.byPosition && len(elements) != len(r.Records) {
		if len(elements) == 1 && at.Kind == '{' {
			return nil // it is about the call as a whole
		}
		r.broken = "misaligned"
		return nil
	}
	for i := range elements {
		e := &elements[i]
		n := r.note(e, &l.locations, other)
		if n.means == meansDone && l.as != "" {
			n.means = l.as
		}
		if !success(r.statusFor(n.means)) && l.code == nil && len(l.message) == 0 {
			r.explain(e, &n)
		}
		if l == r.layout.errors && success(r.statusFor(n.means)) {
			n.means = meansInDoubt // an error with the status of a success
		}
		switch {
		case l.byPosition:
			r.notes[i] = append(r.notes[i], n)
		default:
			r.assign(e, l, n)
		}
	}
	return nil
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

func (r *reading) bucket(v *jsontree.Value, b bucket) error {
	at, ok := b.at.In(v)
	if !ok || at.Kind == 'n' {
		return nil
	}
	if at.Kind != '[' {
		return errShape
	}
	r.useKeys(nil)
	for i := range at.Items {
		key := at.Items[i].Plain()
		if key == "" {
			return errShape
		}
		r.addNote(key, note{means: b.means, code: b.code})
	}
	return nil
}

func (r *reading) begin() {
	r.notes, r.general, r.unknownIDs, r.broken = make([][]note, len(r.Records)), nil, 0, ""
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
