package custom

import (
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// note is one thing that an answer says of one user.
type note struct {
	means  meaning
	status int // 0 if it has none that is a number
	code   string
	detail string
	remote string
	after  string // what the entry asks to wait
	made   string // true or false, where the answer tells a create from an update
}

// reading is an answer on its way to outcomes.
type reading struct {
	api     *description
	call    *call
	op      user.Op
	records []*user.Record

	status  int
	notes   [][]note   // by place in the call
	general []note     // what names nobody
	strange int        // entries that name somebody who was not in the call
	broken  string     // why silence means nothing; "" if it may
	by      []template // the keys that are looked for
	places  map[string]int
}

// settlement says what became of each user of the call.
type settlement struct{ reading }

// read collects what the answer says. An error is errShape.
func (r *reading) read(v *value) error {
	w := &r.call.answer
	r.begin()
	if v.kind != '{' && !(v.kind == '[' && w.atRoot()) {
		return errShape
	}
	for _, l := range []struct {
		*entries
		other meaning
	}{{w.results, meansInDoubt}, {w.errors, meansRefused}, {w.done, meansDone}} {
		if l.entries == nil {
			continue
		}
		if err := r.list(v, l.entries, l.other); err != nil {
			return err
		}
	}
	for _, b := range w.buckets {
		if err := r.bucket(v, b); err != nil {
			return err
		}
	}
	r.unread(v)
	return r.counted(v)
}

// list reads one list. An error's list has no successes, and done no failures.
func (r *reading) list(v *value, l *entries, other meaning) error {
	at, ok := l.at.in(v)
	if !ok {
		return nil
	}
	elements, ok := at.list()
	if !ok {
		return errShape
	}
	r.keyed(l.keyedBy)
	if l.byPosition && len(elements) != len(r.records) {
		if len(elements) == 1 && at.kind == '{' {
			return nil // what is said of the call as a whole
		}
		r.broken = "misaligned"
		return nil
	}
	for i := range elements {
		e := &elements[i]
		n := r.note(e, &l.says, other)
		if l == r.call.answer.errors && success(r.verdict(n.means)) {
			n.means = meansInDoubt // an error whose status is none
		}
		switch {
		case l.byPosition:
			r.notes[i] = append(r.notes[i], n)
		default:
			r.owned(e, l, n)
		}
	}
	return nil
}

func (r *reading) note(e *value, s *says, other meaning) note {
	n := note{code: s.code.text(e), remote: s.remote.text(e), after: s.after.text(e), made: s.created.text(e)}
	status := s.status.text(e)
	switch {
	case status == "" && r.status/100 == 4 && other != meansDone && other != "":
		other = r.call.answer.meaningOf("", strconv.Itoa(r.status), meansRefused)
	case status == "" && s.status != nil && other == meansDone:
		other = meansInDoubt
	}
	n.means, n.status = r.call.answer.meaningOf(n.code, status, other), rest.StatusIn(status)
	var said []string
	for _, p := range s.message {
		if text := strings.TrimSpace(p.text(e)); text != "" && (len(said) == 0 || !strings.EqualFold(said[0], text)) {
			said = append(said, text)
		}
	}
	n.detail = strings.Join(said, ": ")
	return n
}

// owned gives the note to those whom the entry names.
func (r *reading) owned(e *value, l *entries, n note) {
	named := false
	if found, ok := l.key.in(e); ok {
		keys := []value{*found}
		if found.kind == '[' {
			keys = found.items
		}
		for i := range keys {
			if key := keys[i].plain(); key != "" {
				named = true
				r.give(key, n)
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
	if len(r.records) == 1 {
		r.notes[0] = append(r.notes[0], n) // there is nobody else
		return
	}
	r.general = append(r.general, n)
}

// number reads the place of a user in the call, alone or inside a pointer.
func (r *reading) number(e *value, l *entries) (int, bool) {
	text := l.index.text(e)
	if l.pointer != nil {
		rest, ok := strings.CutPrefix(l.pointer.text(e), l.below+"/")
		if !ok {
			return 0, false
		}
		text, _, _ = strings.Cut(rest, "/")
	}
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil && int(n) < len(r.records)
}

func (r *reading) bucket(v *value, b bucket) error {
	at, ok := b.at.in(v)
	if !ok || at.kind == 'n' {
		return nil
	}
	if at.kind != '[' {
		return errShape
	}
	r.keyed(nil)
	for i := range at.items {
		key := at.items[i].plain()
		if key == "" {
			return errShape
		}
		r.give(key, note{means: b.means, code: b.code})
	}
	return nil
}

func (r *reading) begin() {
	r.notes, r.general, r.strange, r.broken = make([][]note, len(r.records)), nil, 0, ""
}

// worst is the gravest place in notes; -1 if none is a failure.
func (r *reading) worst(notes []note) int {
	at, most := -1, -1
	for i, n := range notes {
		if g := destination.Gravity(r.verdict(n.means)); g > most {
			at, most = i, g
		}
	}
	return at
}
