package kard

import (
	"cmp"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// settle returns the outcome of every user of a create, from an answer that was
// read. Its error is that of the whole call.
func (m *multiStatus) settle(a *rest.Answer) ([]user.Outcome, error) {
	if len(m.records) == 1 {
		m.assignUnnamed()
	}
	m.sort()
	named := m.named()
	if len(named) == 0 && !m.anyEchoed && (m.unknownIDs == 0 || a.Status/100 == 4) {
		if outcomes, err := m.wholeBatch(a); outcomes != nil || err != nil {
			return outcomes, err
		}
	}
	outcomes := m.initialOutcomes(a)
	for group := range byUser(named) {
		at := group[0].at
		outcomes[at] = m.attributeErrors(a.Words(), user.Create, group, outcomes[at])
	}
	if len(outcomes) == 1 {
		a.Explain(&outcomes[0])
		a.Doubt(&outcomes[0])
	}
	return outcomes, nil
}

// assignUnnamed assigns errors without a user to the only user of the call.
func (m *multiStatus) assignUnnamed() {
	for i := range m.errors {
		if m.errors[i].at == unnamed {
			m.errors[i].at = 0
		}
	}
}

// sort orders errors by user, those without one first.
func (m *multiStatus) sort() {
	slices.SortStableFunc(m.errors, func(a, b problem) int { return cmp.Compare(a.at, b.at) })
}

func (m *multiStatus) named() []problem {
	for i := range m.errors {
		if m.errors[i].at >= 0 {
			return m.errors[i:]
		}
	}
	return nil
}

func (m *multiStatus) general() []problem {
	var general []problem
	for _, p := range m.errors {
		if p.at == unnamed {
			general = append(general, p)
		}
	}
	return general
}

// byUser yields the errors of each user in turn.
func byUser(sorted []problem) func(yield func([]problem) bool) {
	return func(yield func([]problem) bool) {
		for len(sorted) > 0 {
			n := slices.IndexFunc(sorted, func(p problem) bool { return p.at != sorted[0].at })
			if n < 0 {
				n = len(sorted)
			}
			if !yield(sorted[:n]) {
				return
			}
			sorted = sorted[n:]
		}
	}
}

// wholeBatch interprets an answer that names no user of the call. A 409 means that
// users exist, but not which; any other refusal is of the whole call, so that the
// middleware splits it; otherwise the users are in doubt, and both results are nil.
func (m *multiStatus) wholeBatch(a *rest.Answer) ([]user.Outcome, error) {
	status, general := a.Status, m.general()
	if status/100 == 2 {
		status = commonStatus(general)
	}
	if status/100 != 4 {
		return nil, nil
	}
	code, detail := errorText(a.Words(), general, status, m.records...)
	if status != 409 {
		ce := a.Fail(destination.RefusedWhole, code, detail)
		ce.Status = status
		return nil, ce
	}
	o := user.Outcome{Status: user.Exists, Code: user.CodeWholeConflict, Detail: detail, HTTP: status, RequestID: a.RequestID}
	if len(m.records) == 1 {
		o.Code = code
	}
	return o.For(m.records), nil
}

// commonStatus returns the status with which all errors refuse the call; 0 if there
// is none: one error that is not a refusal leaves every user in doubt.
func commonStatus(errors []problem) int {
	status := 0
	for _, p := range errors {
		if !refusal(p.status) {
			return 0
		}
		if status == 0 || status == 409 {
			status = p.status
		}
	}
	return status
}

func refusal(status int) bool {
	switch status {
	case 401, 403, 404, 408, 425, 429:
		return false
	}
	return status/100 == 4
}

// initialOutcomes returns the outcomes before the errors apply: created for users
// in data, and what it means not to be mentioned for the others. A call refused as
// a whole took no user, so users without an error may be sent again. A conflict
// leaves open which users were taken, and so does a refusal that shows users.
func (m *multiStatus) initialOutcomes(a *rest.Answer) []user.Outcome {
	success := a.Status/100 == 2
	unmentioned := user.Outcome{Status: user.InDoubt, HTTP: a.Status, RequestID: a.RequestID}
	if !success && a.Status != 409 && !m.anyEchoed {
		unmentioned.Status, unmentioned.Code = user.Busy, destination.StatusCode(a.Status)
	}
	if general := m.general(); len(general) > 0 && m.incomplete() {
		unmentioned.Code, unmentioned.Detail = errorText(a.Words(), general, general[0].status, m.records...)
	}
	outcomes := unmentioned.For(m.records)
	for i, echoed := range m.echoed {
		switch {
		case echoed && success:
			outcomes[i].Status, outcomes[i].Code, outcomes[i].Detail = user.Created, "", ""
		case echoed:
			outcomes[i].Status, outcomes[i].Code = user.InDoubt, user.CodeContradiction
		}
	}
	return outcomes
}

func (m *multiStatus) incomplete() bool { return slices.Contains(m.echoed, false) }

// attributeErrors applies errors, all of the same user, to its outcome.
func (m *multiStatus) attributeErrors(w *vocabulary.Vocabulary, op user.Op, errors []problem, o user.Outcome) user.Outcome {
	worst := problem{}
	for i, p := range errors {
		if p.status == 0 && o.HTTP/100 == 4 {
			p.status = o.HTTP
		}
		if i == 0 || destination.Severity(statusFor(op, p.status)) > destination.Severity(statusFor(op, worst.status)) {
			worst = p
		}
	}
	o.Status, o.HTTP = statusFor(op, worst.status), cmp.Or(worst.status, o.HTTP)
	o.Code, o.Detail = errorText(w, append([]problem{worst}, others(errors, worst)...), worst.status, o.Record)
	if mayExist(op, worst.status) && destination.SaysExists(worst.text()) {
		o.Status = user.Conflict
	}
	if m.echoed[errors[0].at] {
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
	}
	return o
}

// mayExist reports whether a create with this status may have met a user who exists.
func mayExist(op user.Op, status int) bool {
	return op == user.Create && (rest.MayConflict(status) || status >= 500 && statusFor(op, status) == user.InDoubt)
}

// others returns the errors that differ from the worst one.
func others(errors []problem, worst problem) (differing []problem) {
	for _, p := range errors {
		if p.title != worst.title || p.detail != worst.detail {
			differing = append(differing, p)
		}
	}
	return differing
}

// statusFor returns what a status means for one user. An error without a status is
// a refusal: it names the user and says that something is wrong.
func statusFor(op user.Op, status int) user.Status {
	switch {
	case status == 409 && op == user.Create:
		return user.Exists
	case status == 404 && op != user.Create:
		return user.Missing
	case status == 425 || status == 429 || status == 503:
		return user.Busy
	case status == 408 || status >= 500:
		return user.InDoubt
	case status == 0 || status/100 == 4:
		return user.Refused
	}
	return user.InDoubt // an error with the status of a success
}

// errorText returns a code and a detail from what the API says. The code is the
// first title in snake case if that is a short phrase of words that may be shown,
// and otherwise the status.
func errorText(w *vocabulary.Vocabulary, problems []problem, status int, records ...*user.Record) (code, detail string) {
	if len(problems) > 0 {
		code = w.Phrase(problems[0].title, records...)
	}
	if code == "" {
		code = destination.StatusCode(status)
	}
	return code, w.Clean(join(problems), "", records...)
}
