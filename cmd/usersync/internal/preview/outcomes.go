package preview

import (
	"fmt"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/plan"
	"usersync/sync/pseudonym"
	"usersync/sync/user"
	"usersync/writer"
)

// firstShown is how many users of each outcome a plan names.
const firstShown = 5

// outcomes collects the outcomes that a run would have, in the order of the records.
type outcomes struct {
	read     int
	absent   int // deletions of a mirror
	fedAgain int // records that were rejected before and are sent again
	held     int // of these, held back
	noted    user.Noted
	counts   map[user.Status]int
	codes    writer.Codes
	first    map[user.Status][]string // ids
	ids      pseudonym.Key            // users are shown under these pseudonyms
	calls    destination.Calls        // that a run would make
	made     destination.Calls        // reads that the plan made
	changes  *plan.Changes
	file     *plan.Writer // nil if the plan is not saved
}

func newOutcomes() *outcomes {
	return &outcomes{counts: map[user.Status]int{}, first: map[user.Status][]string{}, changes: &plan.Changes{}}
}

// Write adds an outcome.
func (f *outcomes) Write(o *user.Outcome) error {
	if o.Status == user.Failed || o.Status == user.InDoubt {
		return &exit.Error{Err: fmt.Errorf("plan record %d: the read that it needs has failed (%s)", o.Record.Origin.Record, o.Code),
			Code: exit.Temporary, Hint: "plan again later, or without --read"}
	}
	f.counts[o.Status]++
	f.noted.Add(o.Record)
	if o.Record.Origin.Absent && o.Code == user.CodeLookalike {
		f.held++
	}
	if o.Record.Origin.Before != nil {
		f.fedAgain++
	}
	if ids := f.first[o.Status]; len(ids) < firstShown {
		f.first[o.Status] = append(ids, f.ids.Of(o.Record.User.ID))
	}
	if op := opOf(o); f.file != nil && op != "" {
		if err := f.file.Add(o.Record, op); err != nil {
			return err
		}
	}
	return f.codes.Write(o)
}

// opOf is what the plan file says about a record: which call to make, or that the plan
// itself read the user and found it the same.
func opOf(o *user.Outcome) user.Op {
	switch o.Status {
	case user.Created:
		return user.Create
	case user.Updated:
		return user.Update
	case user.Deleted:
		return user.Delete
	}
	if o.Status == user.Unchanged && o.Code == user.CodeSame {
		return user.SameAsPlanned
	}
	return ""
}

// sends counts the users that would be sent.
func (f *outcomes) sends() int {
	return f.counts[user.Created] + f.counts[user.Updated] + f.counts[user.Deleted]
}

// rejected counts the users that would be invalid, or refused and not parked.
func (f *outcomes) rejected() int {
	return f.counts[user.Invalid] + f.counts[user.Refused] - f.codes.Of(user.Refused, user.CodeParked)
}
