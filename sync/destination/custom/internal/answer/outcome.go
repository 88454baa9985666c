package answer

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// unmentioned settles a user that the answer does not mention.
func (s *settlement) unmentioned(o user.Outcome) user.Outcome {
	w := s.layout
	if len(s.general) > 0 {
		o.Code, o.Detail = s.api.errorText(s.general, s.general[0].status, s.Records...)
	}
	m := w.meaningOf("", strconv.Itoa(s.status), meansInDoubt)
	succeeds := w.absent == absentSucceeded || w.absent == "" && len(w.lists()) == 0 && len(w.buckets) == 0
	switch {
	case s.status/100 == 4:
		return s.unnamedInRefusal(o)
	case s.broken != "" || len(s.general) > 0 || s.unknownIDs > 0:
		o.Status, o.Code = user.InDoubt, cmp.Or(o.Code, s.broken, s.unknownIDCode())
	case s.statusFor(m) == user.Accepted, succeeds && success(s.statusFor(m)):
		return s.succeeded(o, note{means: m})
	case succeeds && len(s.Records) == 1 && s.statusFor(m) != user.InDoubt:
		o.Status, o.Code = s.statusFor(m), destination.StatusCode(o.HTTP) // the config gives this success another meaning
	case w.absent == absentFailed && success(s.statusFor(m)):
		o.Status, o.Code = user.Failed, "not_mentioned"
	case o.HTTP == http.StatusNoContent || o.HTTP == http.StatusAccepted || m == meansInDoubt:
		o.Status, o.Code = user.InDoubt, destination.StatusCode(o.HTTP)
	case s.Op == user.Create:
		o.Status = user.InDoubt
	default:
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
	}
	return o
}

func (s *settlement) unknownIDCode() string {
	if len(s.Records) == 1 && s.unknownIDs > 0 {
		return codeOtherID
	}
	return ""
}

// mentioned settles a user by its notes. A success together with a failure, or in a
// refused call, is a contradiction.
func (s *settlement) mentioned(o user.Outcome, notes []note) user.Outcome {
	worst := s.worst(notes)
	switch {
	case worst < 0 && s.status/100 != 2 && !s.statusMeansSuccess():
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
		return o
	case worst < 0 && s.broken != "" && s.broken != "other_count":
		o.Status, o.Code = user.InDoubt, s.broken
		return o
	case worst < 0 && s.madeTwice(notes):
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
		return o
	case worst < 0:
		return s.succeeded(o, notes[0])
	}
	return s.failed(o, notes, notes[worst])
}

// failed settles a user by the worst of its notes.
func (s *settlement) failed(o user.Outcome, notes []note, n note) user.Outcome {
	if n.status == 0 && s.status/100 == 4 {
		n.status = s.status
	}
	o.Status, o.HTTP = s.statusFor(n.means), cmp.Or(n.status, o.HTTP)
	first := append([]note{n}, notes...)
	o.Code, o.Detail = s.api.errorText(first, n.status, o.Record)
	if s.mayExist(n) {
		o.Status = user.Conflict
	}
	for _, other := range notes {
		if success(s.statusFor(other.means)) {
			o.Status, o.Code = user.InDoubt, user.CodeContradiction
		}
	}
	return o
}

// madeTwice reports whether the user is in lists that contradict each other, such as those
// of the created and of the updated users.
func (s *settlement) madeTwice(notes []note) bool {
	differs := func(n note) bool { return s.statusFor(n.means) != s.statusFor(notes[0].means) }
	return slices.ContainsFunc(notes[1:], differs)
}

// mayExist reports whether a create may have failed because the user exists, in words and
// not by a status or a code that says so.
func (s *settlement) mayExist(n note) bool {
	if s.Op != user.Create || s.Upsert || !destination.SaysExists(n.detail) {
		return false
	}
	is := s.statusFor(n.means)
	return is == user.Refused && rest.MayConflict(n.status) || is == user.InDoubt && n.status >= 500
}

// statusMeansSuccess reports whether the config calls the answer's status a success,
// such as the 409 for a user who already exists.
func (s *settlement) statusMeansSuccess() bool {
	m, said := s.layout.meanings[strconv.Itoa(s.status)]
	return said && success(s.statusFor(m)) && len(s.Records) == 1
}

// codeUpserted is the code of a create by a call that creates or updates, if the
// answer does not say which it was.
const codeUpserted = "upserted"

// succeeded settles a user that succeeded. A created user whose key the API assigned
// and did not show is in doubt: it could not be addressed again.
func (s *settlement) succeeded(o user.Outcome, n note) user.Outcome {
	if outer := s.statusFor(s.layout.meaningOf("", strconv.Itoa(s.status), meansInDoubt)); outer == user.Accepted {
		n.means = meansAccepted // it promises no more, whatever it shows
	} else if !success(outer) {
		o.Status, o.Code = user.InDoubt, destination.StatusCode(s.status)
		return o
	}
	o.Status, o.Code, o.Detail, o.Remote = s.statusFor(n.means), "", "", n.remote
	if n.status != 0 {
		o.HTTP = n.status
	}
	switch {
	case n.made == "true" && n.means == meansDone:
		o.Status = s.statusFor(meansCreated)
	case n.made == "false" && n.means == meansDone:
		o.Status = s.statusFor(meansUpdated)
	case s.Upsert && s.Op == user.Create && o.Status == user.Created && n.means == meansDone:
		o.Code = codeUpserted
	}
	if s.api.OwnKeys && s.Op == user.Create && o.Status == user.Created && o.Remote == "" {
		o.Status, o.Code = user.InDoubt, "no_key"
	}
	return o
}
