package answer

import (
	"net/http"
	"strconv"

	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Settle returns the outcome of every user of a call. Its error is a
// *destination.CallError about the whole call.
func (w *Layout) Settle(api *API, c Call, a *rest.Answer) ([]user.Outcome, error) {
	s := settlement{reading{api: api, layout: w, Call: c}}
	return s.settle(a)
}

func (s *settlement) settle(a *rest.Answer) ([]user.Outcome, error) {
	s.status = a.Status
	if err := s.readBody(a); err != nil {
		return nil, err
	}
	s.reportLimits()
	if s.noneMentioned() && (s.unknownIDs == 0 || a.Status/100 == 4) {
		if outcomes, err := s.wholeBatch(a); outcomes != nil || err != nil {
			return s.explained(a, outcomes), err
		}
	}
	outcomes := make([]user.Outcome, len(s.Records))
	for i, record := range s.Records {
		o := user.Outcome{Record: record, HTTP: a.Status, RequestID: a.RequestID}
		if len(s.notes[i]) == 0 {
			outcomes[i] = s.unmentioned(o)
		} else {
			outcomes[i] = s.mentioned(o, s.notes[i])
		}
	}
	return s.explained(a, outcomes), nil
}

// explained adds what problem details say about the only user of a call.
func (s *settlement) explained(a *rest.Answer, outcomes []user.Outcome) []user.Outcome {
	if len(outcomes) == 1 {
		a.Explain(&outcomes[0])
		if s.Op == user.Create && !s.Upsert {
			a.Doubt(&outcomes[0])
		}
	}
	return outcomes
}

// readBody reads the answer's body, if it must have one.
func (r *reading) readBody(a *rest.Answer) error {
	r.begin()
	if len(a.Body) == 0 && (a.Status == http.StatusNoContent || a.Status == http.StatusAccepted || a.Status/100 == 2 && r.layout.empty) {
		if r.layout.key != nil && a.Status != http.StatusAccepted {
			r.broken = user.CodeNoAnswer // it should have shown the user
		}
		return nil
	}
	v, err := jsontree.Parse(a.Body)
	if err == nil {
		err = r.read(v)
	}
	switch {
	case err == nil:
		r.readTop(v)
		return nil
	case a.Status/100 != 2:
		r.begin() // drop what was read so far: it may be incomplete
		return nil
	}
	return a.Unreadable(err)
}

// readTop reads what the answer says at its top level. If the call had one user, it
// is about that user.
func (r *reading) readTop(v *jsontree.Value) {
	w := r.layout
	if w.key != nil && r.status/100 == 2 {
		key := w.key.Text(v)
		r.useKeys(nil)
		if at, ok := r.place(key); key != "" && (!ok || at != 0 || len(r.Records) > 1) {
			r.broken = codeOtherID
		} else if key == "" {
			r.broken = user.CodeNoAnswer
		}
	}
	if !anyText(&w.top, v) {
		return
	}
	n := r.note(v, &w.top, "")
	switch {
	case n.means == "" && r.status/100 == 2 && (n.code != "" || w.top.status.Text(v) != ""):
		n.means = meansInDoubt // a word that is not in the config
	case n.means == "":
		n.means = w.meaningOf("", strconv.Itoa(r.status), meansInDoubt)
	}
	if len(r.Records) == 1 && len(r.notes[0]) == 0 {
		r.notes[0] = append(r.notes[0], n)
	} else if !success(r.statusFor(n.means)) {
		r.general = append(r.general, n)
	}
}

// anyText reports whether the answer has a value at any of the locations.
func anyText(s *locations, v *jsontree.Value) bool {
	for _, p := range s.pointers() {
		if p.Text(v) != "" {
			return true
		}
	}
	return false
}

const codeOtherID = "other_id" // the answer shows a different user

// noneMentioned reports whether the answer names no user of the call.
func (s *settlement) noneMentioned() bool {
	for _, notes := range s.notes {
		if len(notes) > 0 {
			return false
		}
	}
	return true
}
