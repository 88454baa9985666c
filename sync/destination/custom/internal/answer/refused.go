package answer

import (
	"net/http"
	"strconv"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// wholeBatch interprets a refusal that names no user. A conflict means that users
// exist, but not which; any other refusal is of the whole call, so that the
// middleware splits it. If the answer is not a refusal, both results are nil.
func (s *settlement) wholeBatch(a *rest.Answer) ([]user.Outcome, error) {
	m, status := s.commonMeaning(a.Status)
	if m == "" || s.broken != "" && a.Status/100 == 2 {
		return nil, nil
	}
	code, detail := s.api.errorText(s.general, status, s.Records...)
	v := s.statusFor(m)
	switch {
	case v == user.Busy:
		return nil, a.Fail(destination.NotTaken, code, detail)
	case len(s.Records) == 1:
		return []user.Outcome{{Record: s.Records[0], Status: v, Code: code, Detail: detail, HTTP: status, RequestID: a.RequestID}}, nil
	case v == user.Exists:
		return user.Outcome{Status: v, Code: user.CodeWholeConflict, Detail: detail, HTTP: status, RequestID: a.RequestID}.For(s.Records), nil
	case v == user.InDoubt:
		return nil, a.Fail(destination.PerhapsTaken, code, detail)
	}
	ce := a.Fail(destination.RefusedWhole, code, detail)
	ce.Status = status
	return nil, ce
}

// commonMeaning returns why the call is refused: by its status or, in a success, by
// the meaning that all errors without a user share. "" means that it is not refused.
func (s *settlement) commonMeaning(status int) (meaning, int) {
	w := s.layout
	if status/100 == 4 {
		return w.meaningOf("", strconv.Itoa(status), meansRefused), status
	}
	var m meaning
	status = 0
	for _, n := range s.general {
		if n.status/100 != 4 || s.statusFor(n.means) != user.Refused && s.statusFor(n.means) != user.Exists {
			return "", 0 // one error that is not a refusal leaves every user in doubt
		}
		if m == "" || m == meansExists {
			m, status = n.means, n.status
		}
	}
	return m, status
}

// unnamedInRefusal settles a user that the answer to a refused call does not name.
// The call took no user, so the user may be sent again. A conflict leaves open
// which users were taken, and so does an answer that shows a user as done. If a
// second call would create a second user, an answer about some users does not prove
// that the others were not taken.
func (s *settlement) unnamedInRefusal(o user.Outcome) user.Outcome {
	o.Status = user.InDoubt
	if s.Op == user.Create && s.Replay == destination.Unsafe {
		o.Code = destination.StatusCode(s.status)
		return o
	}
	if s.statusFor(s.layout.meaningOf("", strconv.Itoa(s.status), "")) == user.Exists || s.status == http.StatusConflict {
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
