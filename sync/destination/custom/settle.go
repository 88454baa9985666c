package custom

import (
	"cmp"
	"net/http"
	"strconv"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// settle gives every user of the call an outcome. The error is a
// *destination.CallError, the call's as a whole.
func (s *settlement) settle(a *rest.Answer) ([]user.Outcome, error) {
	s.status = a.Status
	if err := s.heard(a); err != nil {
		return nil, err
	}
	s.paced()
	if s.silence() && (s.strange == 0 || a.Status/100 == 4) {
		if outcomes, err := s.whole(a); outcomes != nil || err != nil {
			return outcomes, err
		}
	}
	outcomes := make([]user.Outcome, len(s.records))
	for i, record := range s.records {
		o := user.Outcome{Record: record, HTTP: a.Status, RequestID: a.RequestID}
		if len(s.notes[i]) == 0 {
			outcomes[i] = s.unmentioned(o)
		} else {
			outcomes[i] = s.mentioned(o, s.notes[i])
		}
	}
	return outcomes, nil
}

// heard reads the answer's body, if it has one that must be read.
func (r *reading) heard(a *rest.Answer) error {
	r.begin()
	if len(a.Body) == 0 && (a.Status == http.StatusNoContent || a.Status == http.StatusAccepted || a.Status/100 == 2 && r.call.answer.empty) {
		if r.call.answer.key != nil && a.Status != http.StatusAccepted {
			r.broken = user.CodeNoAnswer // it should have shown the user
		}
		return nil
	}
	v, err := parse(a.Body)
	if err == nil {
		err = r.read(v)
	}
	switch {
	case err == nil:
		r.about(v)
		return nil
	case a.Status/100 != 2:
		r.begin() // what was read so far may be half of it
		return nil
	}
	return a.Unreadable(err)
}

// about takes what is said at the top of the answer. In an answer to a call
// with one user it is about that user.
func (r *reading) about(v *value) {
	w := &r.call.answer
	if w.key != nil && r.status/100 == 2 {
		key := w.key.text(v)
		r.keyed(nil)
		if at, ok := r.place(key); key != "" && (!ok || at != 0 || len(r.records) > 1) {
			r.broken = codeOtherID
		} else if key == "" {
			r.broken = user.CodeNoAnswer
		}
	}
	if !said(&w.whole, v) {
		return
	}
	n := r.note(v, &w.whole, "")
	switch {
	case n.means == "" && r.status/100 == 2 && (n.code != "" || w.whole.status.text(v) != ""):
		n.means = meansInDoubt // a word that the config does not know
	case n.means == "":
		n.means = w.meaningOf("", strconv.Itoa(r.status), meansInDoubt)
	}
	if len(r.records) == 1 && len(r.notes[0]) == 0 {
		r.notes[0] = append(r.notes[0], n)
	} else if !success(r.verdict(n.means)) {
		r.general = append(r.general, n)
	}
}

// said reports whether anything stands in the places of s.
func said(s *says, v *value) bool {
	for _, p := range s.pointers() {
		if p.text(v) != "" {
			return true
		}
	}
	return false
}

const codeOtherID = "other_id" // the answer shows another user than was asked for

// silence reports whether the answer names nobody of the call.
func (s *settlement) silence() bool {
	for _, notes := range s.notes {
		if len(notes) > 0 {
			return false
		}
	}
	return true
}

// unmentioned says what the answer's silence about a user means.
func (s *settlement) unmentioned(o user.Outcome) user.Outcome {
	w := &s.call.answer
	if len(s.general) > 0 {
		o.Code, o.Detail = voice(s.general, s.general[0].status, s.records...)
	}
	m := w.meaningOf("", strconv.Itoa(s.status), meansInDoubt)
	succeeds := w.absent == absentSucceeded || w.absent == "" && w.results == nil && w.errors == nil && w.done == nil && len(w.buckets) == 0
	switch {
	case s.status/100 == 4:
		return s.passedOver(o)
	case s.broken != "" || len(s.general) > 0 || s.strange > 0:
		o.Status, o.Code = user.InDoubt, cmp.Or(o.Code, s.broken, s.stranger())
	case s.verdict(m) == user.Accepted, succeeds && success(s.verdict(m)):
		return s.succeeded(o, note{means: m})
	case succeeds && len(s.records) == 1 && s.verdict(m) != user.InDoubt:
		o.Status, o.Code = s.verdict(m), destination.StatusCode(o.HTTP) // the config takes this success for another
	case w.absent == absentFailed && success(s.verdict(m)):
		o.Status, o.Code = user.Failed, "not_mentioned"
	case o.HTTP == http.StatusNoContent || o.HTTP == http.StatusAccepted || m == meansInDoubt:
		o.Status, o.Code = user.InDoubt, destination.StatusCode(o.HTTP)
	case s.op == user.Create:
		o.Status = user.InDoubt
	default:
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
	}
	return o
}

func (s *settlement) stranger() string {
	if len(s.records) == 1 && s.strange > 0 {
		return codeOtherID
	}
	return ""
}

// mentioned gives a user the verdict of what is said of it. A success beside a
// failure, or in a call that was refused, contradicts itself.
func (s *settlement) mentioned(o user.Outcome, notes []note) user.Outcome {
	worst := s.worst(notes)
	switch {
	case worst < 0 && s.status/100 != 2 && !s.saidToBeFine():
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
		return o
	case worst < 0 && s.broken != "" && s.broken != "other_count":
		o.Status, o.Code = user.InDoubt, s.broken
		return o
	case worst < 0:
		return s.succeeded(o, notes[0])
	}
	n := notes[worst]
	if n.status == 0 && s.status/100 == 4 {
		n.status = s.status
	}
	o.Status, o.HTTP = s.verdict(n.means), cmp.Or(n.status, o.HTTP)
	first := append([]note{n}, notes...)
	o.Code, o.Detail = voice(first, n.status, o.Record)
	for _, other := range notes {
		if success(s.verdict(other.means)) {
			o.Status, o.Code = user.InDoubt, user.CodeContradiction
		}
	}
	return o
}

// saidToBeFine reports whether the config takes the answer's own status for a
// success, such as the 409 of a user who is there already.
func (s *settlement) saidToBeFine() bool {
	m, said := s.call.answer.meanings[strconv.Itoa(s.status)]
	return said && success(s.verdict(m)) && len(s.records) == 1
}

// codeUpserted goes with a create by a call that creates or updates, where the
// answer does not tell which it was.
const codeUpserted = "upserted"

// succeeded is a user who is done. One whose key the API made and did not show
// is not: nobody could address it again.
func (s *settlement) succeeded(o user.Outcome, n note) user.Outcome {
	if outer := s.verdict(s.call.answer.meaningOf("", strconv.Itoa(s.status), meansInDoubt)); outer == user.Accepted {
		n.means = meansAccepted // whatever it shows, it promises no more
	} else if !success(outer) {
		o.Status, o.Code = user.InDoubt, destination.StatusCode(s.status)
		return o
	}
	o.Status, o.Code, o.Detail, o.Remote = s.verdict(n.means), "", "", n.remote
	if n.status != 0 {
		o.HTTP = n.status
	}
	switch {
	case n.made == "true" && n.means == meansDone:
		o.Status = s.verdict(meansCreated)
	case n.made == "false" && n.means == meansDone:
		o.Status = s.verdict(meansUpdated)
	case s.call.upsert && s.op == user.Create && o.Status == user.Created && n.means == meansDone:
		o.Code = codeUpserted
	}
	if s.api.config.ownKeys && s.op == user.Create && o.Status == user.Created && o.Remote == "" {
		o.Status, o.Code = user.InDoubt, "no_key"
	}
	return o
}
