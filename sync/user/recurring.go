package user

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Recurring is what earlier runs have met with a record's id: rows that were refused or
// invalid. Both fields are nil if those rows were other ones.
type Recurring struct {
	// Refused is how often the API has refused this very row; nil if it has not.
	Refused *Streak
	// Invalid is how often this very row was invalid; nil if it was not.
	Invalid *Streak
}

// Streak is how often a row has ended in the same way, in finished runs.
type Streak struct {
	Code        string
	Runs        int
	First, Sent time.Time // Sent is zero if it was never sent
	// Lasting says that it has ended so in enough runs to expect the same of the next.
	Lasting bool
	// Parked says that the row is not sent now.
	Parked bool
	// Again is when it is sent again although nothing has changed; zero if never.
	Again time.Time
}

// Detail says why a record is parked, in at most 200 characters.
func (s *Streak) Detail() string {
	again := "sent again"
	if !s.Again.IsZero() {
		again += " from " + s.Again.UTC().Format(time.DateOnly) + ","
	}
	runs := "1 run"
	if s.Runs != 1 {
		runs = fmt.Sprintf("%d runs", s.Runs)
	}
	return fmt.Sprintf("refused with %s in %s since %s; %s when the row or a setting changes, or with --retry-parked",
		s.Code, runs, s.First.UTC().Format(time.DateOnly), again)
}

// RefusedForGood reports whether the API has refused the record, and would most likely
// refuse the same row again tomorrow. A delete or a deactivation never is: it takes access
// away from a user, and must not be forgotten. Nor is what a rule of ours refuses, what was refused together with
// others, and what another user, a permission or time could cure.
func (o *Outcome) RefusedForGood() bool {
	r := o.Record
	return o.Status == Refused && o.Attempts > 0 && !o.curable() &&
		!r.MaybeSent && r.Op != Delete && o.Action != Delete && !r.Origin.Absent && !r.User.Deactivates()
}

// curable reports whether the API may take the same row tomorrow.
func (o *Outcome) curable() bool {
	switch o.Code {
	case CodeSameUser, CodeLookalike, CodeRepeatedID, CodeProtected, CodeParked, // rules of ours
		CodeBatchRefused, CodeWholeConflict, CodeContradiction, CodeUnread, // it is not certain that this record was meant
		CodeMissing: // another source may create the user
		return true
	}
	return soundsCurable(o.Code) || o.HTTP >= http.StatusInternalServerError || slices.Contains([]int{
		http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusGone, http.StatusPreconditionFailed, http.StatusMisdirectedRequest,
		http.StatusLocked, http.StatusFailedDependency, http.StatusTooEarly, http.StatusPreconditionRequired, http.StatusTooManyRequests}, o.HTTP)
}

// passing are words in codes of APIs about what time, a permission or a larger licence cures.
var passing = []string{"limit", "quota", "throttl", "licence", "license", "seats", "_locked", "lock_row", "unavailable", "timeout", "timed_out", "temporar", "try_again",
	"retry", "busy", "maintenance", "internal", "server_error", "unauthori", "forbidden", "permission", "denied", "insufficient", "payment"}

// soundsCurable reports whether an API's own code names something that passes. It may come
// with any status, such as UNABLE_TO_LOCK_ROW with 400, or inside an answer of 200.
func soundsCurable(code string) bool {
	b, before := new(strings.Builder), ' '
	b.WriteByte('_')
	for _, r := range code {
		if unicode.IsUpper(r) && unicode.IsLower(before) || r == ' ' || r == '-' || r == '.' {
			b.WriteByte('_')
		}
		if before = r; r != ' ' && r != '-' && r != '.' {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return slices.ContainsFunc(passing, func(word string) bool { return strings.Contains(b.String(), word) })
}

// NoteRecurring notes about an invalid record that earlier runs have met it, too.
func (o *Outcome) NoteRecurring() {
	r := o.Record
	if o.Status == Invalid && r.Recurring != nil && r.Recurring.Invalid != nil && r.Recurring.Invalid.Lasting && r.Recurring.Invalid.Code == o.Code {
		r.Notes |= StillInvalid
	}
}

// MayRecur reports whether an invalid record counts as one that earlier runs have met. A
// reject that is fed in again does not, and what is or may be a delete or a deactivation always
// needs a person.
func (o *Outcome) MayRecur() bool {
	r := o.Record
	return o.Status == Invalid && r.Origin.Before == nil && r.Op != Delete && !r.Origin.OpUnread && !r.Origin.Absent && !r.User.Deactivates()
}
