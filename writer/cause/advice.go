package cause

import (
	"strconv"

	"usersync/sync/user"
	"usersync/writer/codes"
)

// Retry says whether sending the records of a group again can help.
type Retry string

// The answers.
const (
	Yes      Retry = "yes"
	AfterFix Retry = "after_fix" // once the rows, the settings or the destination have changed
	No       Retry = "no"
)

// Advice is what to do about a cause.
type Advice struct {
	Retry Retry
	Do    string // one or two sentences; no values
}

// Known is a cause that is known, and what to do about it. Empty fields match every cause.
type Known struct {
	Status user.Status
	Reason string // the code
	HTTP   int
	Field  string
	Advice
}

func (k *Known) fits(c Cause) bool {
	return (k.Status == "" || k.Status == c.Status) && (k.Reason == "" || k.Reason == c.Code) &&
		(k.HTTP == 0 || k.HTTP == c.HTTP) && (k.Field == "" || k.Field == c.Field)
}

// adviceOn returns what to do about a cause: what is known of the destination, otherwise what
// is known of the code, of the HTTP status, or of the outcome.
func adviceOn(c Cause, known []Known) Advice {
	if c.Deletion {
		return adviceOnDeletion(c)
	}
	for i := range known {
		if known[i].fits(c) {
			return known[i].Advice
		}
	}
	for _, code := range []string{c.Code, "http_" + strconv.Itoa(c.HTTP)} {
		if entry, found := codes.Lookup(code); found && (code == c.Code || entry.Code == code) {
			return Advice{retryOf(c, entry.Retry), entry.Do}
		}
	}
	for _, o := range codes.Outcomes() {
		if o.Status == c.Status {
			return Advice{retryByStatus(c.Status), o.Do}
		}
	}
	return Advice{}
}

// adviceOnDeletion is about users missing from the input, who are in no rejects.
func adviceOnDeletion(c Cause) Advice {
	if entry, found := codes.Lookup(c.Code); found && c.Status == user.Refused {
		return Advice{No, entry.Do}
	}
	return Advice{No, "Run the mirror again: it deletes the users that are still missing from the input."}
}

// retryOf says for a code whether a retry can help.
func retryOf(c Cause, r codes.Retry) Retry {
	switch {
	case c.Code == user.CodeSuperseded || c.Code == user.CodeProtected || c.Code == user.CodeParked:
		return No // whatever is changed, unless the person decides otherwise
	case r == codes.Fix || c.Status == user.Invalid || c.Status == user.Refused && r == codes.Decide:
		return AfterFix
	}
	return Yes
}

func retryByStatus(s user.Status) Retry {
	if s == user.Failed || s == user.InDoubt {
		return Yes
	}
	return AfterFix
}
