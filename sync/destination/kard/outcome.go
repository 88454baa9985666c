package kard

import (
	"cmp"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// settle gives every user of a create its outcome, out of an answer that was
// read. The error is the call's as a whole.
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
		outcomes[at] = m.attributeErrors(user.Create, group, outcomes[at])
	}
	return outcomes, nil
}

// adopt gives the errors that name nobody to the only user there is.
func (m *multiStatus) assignUnnamed() {
	for i := range m.errors {
		if m.errors[i].at == unnamed {
			m.errors[i].at = 0
		}
	}
}

// sort puts errors in the order of their users, those without one first.
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

// chunks yields the errors of one user after the other.
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

// whole judges an answer that mentions no user of the call. A 409 for the call means
// that users exist and does not say which; another refusal is of the call, so
// that it is taken apart; what is neither stays with the users, in doubt.
func (m *multiStatus) wholeBatch(a *rest.Answer) ([]user.Outcome, error) {
	status, general := a.Status, m.general()
	if status/100 == 2 {
		status = commonStatus(general)
	}
	if status/100 != 4 {
		return nil, nil
	}
	code, detail := errorText(general, status, m.records...)
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

// common returns the status by which all errors refuse the call, 0 if there is
// none: a single one that is no refusal puts everybody in doubt.
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

// spread starts the outcomes: created for the users in data, and for the
// others what silence means. A call refused as a whole took nobody, so those
// that it does not blame may be sent again; a conflict leaves open who was
// taken, and so does an answer that should not have named anybody.
func (m *multiStatus) initialOutcomes(a *rest.Answer) []user.Outcome {
	success := a.Status/100 == 2
	unmentioned := user.Outcome{Status: user.InDoubt, HTTP: a.Status, RequestID: a.RequestID}
	if !success && a.Status != 409 && !m.anyEchoed {
		unmentioned.Status, unmentioned.Code = user.Busy, destination.StatusCode(a.Status)
	}
	if general := m.general(); len(general) > 0 && m.incomplete() {
		unmentioned.Code, unmentioned.Detail = errorText(general, general[0].status, m.records...)
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

// blame gives a user the verdict of its errors, all of one user.
func (m *multiStatus) attributeErrors(op user.Op, errors []problem, o user.Outcome) user.Outcome {
	worst := problem{}
	for i, p := range errors {
		if p.status == 0 && o.HTTP/100 == 4 {
			p.status = o.HTTP
		}
		if i == 0 || destination.Gravity(statusFor(op, p.status)) > destination.Gravity(statusFor(op, worst.status)) {
			worst = p
		}
	}
	o.Status, o.HTTP = statusFor(op, worst.status), cmp.Or(worst.status, o.HTTP)
	o.Code, o.Detail = errorText(append([]problem{worst}, others(errors, worst)...), worst.status, o.Record)
	if m.echoed[errors[0].at] {
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
	}
	return o
}

func others(errors []problem, worst problem) []problem {
	return slices.DeleteFunc(slices.Clone(errors), func(p problem) bool {
		return p.title == worst.title && p.detail == worst.detail
	})
}

// verdict says what a status means for one user. An error that carries no
// status is a refusal: it names the user and says that something is wrong.
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
	return user.InDoubt // an error whose status is no error
}

// voice makes code and detail of what the API says, fit to leave the client.
// The code is the first title in snake case, if it is a short phrase in which
// nothing had to be redacted, else the status.
func errorText(problems []problem, status int, records ...*user.Record) (code, detail string) {
	if len(problems) > 0 {
		code = destination.Phrase(problems[0].title, "", records...)
	}
	if code == "" {
		code = destination.StatusCode(status)
	}
	return code, destination.Clean(join(problems), records...)
}
