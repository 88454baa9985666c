package custom

import (
	"net/http"
	"strconv"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// whole judges an answer that names nobody and is a refusal. A conflict means
// that users exist and does not say which; another refusal is of the call, so
// that it is taken apart.
func (s *settlement) whole(a *rest.Answer) ([]user.Outcome, error) {
	m, status := s.common(a.Status)
	if m == "" || s.broken != "" && a.Status/100 == 2 {
		return nil, nil
	}
	code, detail := voice(s.general, status, s.records...)
	v := s.verdict(m)
	switch {
	case v == user.Busy:
		return nil, a.Fail(destination.NotTaken, code, detail)
	case len(s.records) == 1:
		return []user.Outcome{{Record: s.records[0], Status: v, Code: code, Detail: detail, HTTP: status, RequestID: a.RequestID}}, nil
	case v == user.Exists:
		return user.Outcome{Status: v, Code: user.CodeWholeConflict, Detail: detail, HTTP: status, RequestID: a.RequestID}.For(s.records), nil
	case v == user.InDoubt:
		return nil, a.Fail(destination.PerhapsTaken, code, detail)
	}
	ce := a.Fail(destination.RefusedWhole, code, detail)
	ce.Status = status
	return nil, ce
}

// common is what refuses the call: its status, or in a success the one meaning
// that all errors without a name share. "" if nothing does.
func (s *settlement) common(status int) (meaning, int) {
	w := &s.call.answer
	if status/100 == 4 {
		return w.meaningOf("", strconv.Itoa(status), meansRefused), status
	}
	var m meaning
	status = 0
	for _, n := range s.general {
		if n.status/100 != 4 || s.verdict(n.means) != user.Refused && s.verdict(n.means) != user.Exists {
			return "", 0 // a single one that is no refusal puts everybody in doubt
		}
		if m == "" || m == meansExists {
			m, status = n.means, n.status
		}
	}
	return m, status
}

// passedOver is a user whom a refused call does not name. It took nobody, so
// that he may be sent again; a conflict leaves open who was taken, and so does
// an answer that shows somebody as done. Where a second call would make a second
// user, an answer about single users is no proof that the others were left.
func (s *settlement) passedOver(o user.Outcome) user.Outcome {
	o.Status = user.InDoubt
	if s.op == user.Create && s.call.replay == destination.Unsafe {
		o.Code = destination.StatusCode(s.status)
		return o
	}
	if s.verdict(s.call.answer.meaningOf("", strconv.Itoa(s.status), "")) == user.Exists || s.status == http.StatusConflict {
		return o
	}
	for _, notes := range s.notes {
		if len(notes) > 0 && s.worst(notes) < 0 {
			return o
		}
	}
	o.Status, o.Code = user.Busy, destination.StatusCode(s.status)
	return o
}
