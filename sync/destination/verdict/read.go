package verdict

import (
	"cmp"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// OrUnknown returns what a read-back found. A failed read-back found nothing, unless
// its error ends the run.
func OrUnknown(found destination.Found, err error) (destination.Found, error) {
	if err == nil {
		return found, nil
	}
	ce := destination.AsCallError(err)
	if ce == nil || ce.Fault == destination.Denied {
		return found, err
	}
	return destination.Found{HTTP: ce.Status}, nil
}

// SameUser is the outcome of a record that leads to a user of another id.
func SameUser(remote string, status int) user.Outcome {
	return user.Outcome{Status: user.Refused, Code: user.CodeSameUser, Detail: user.SameUserDetail, Remote: remote, HTTP: status}
}

// SameUserAfter is SameUser for a read that follows the call with the outcome o, which may have
// changed that user. Without attempts there was no such call.
func SameUserAfter(o *user.Outcome, found destination.Found) user.Outcome {
	if o.Attempts == 0 {
		return SameUser(found.Other, found.HTTP)
	}
	same := SameUser(found.Other, cmp.Or(o.HTTP, found.HTTP))
	same.Record, same.Action, same.Attempts, same.RequestID = o.Record, o.Action, o.Attempts, o.RequestID
	return same
}
