package answer

import (
	"errors"

	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/custom/internal/request"
)

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
		n := r.entry(&elements[i], l, other)
		if l.byPosition {
			r.notes[i] = append(r.notes[i], n)
		} else {
			r.assign(&elements[i], l, n)
		}
	}
	return nil
}

// entry reads one entry of a list.
func (r *reading) entry(e *jsontree.Value, l *entries, other meaning) note {
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
	return n
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
