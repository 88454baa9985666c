package preview

import (
	"fmt"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/plan"
	"usersync/sync/user"
	"usersync/writer"
)

// firstShown is how many users of each kind a plan names.
const firstShown = 5

// outcomes are what a run would come to. They are taken in the order of the records.
type outcomes struct {
	read     int
	absent   int // deletions of a mirror
	fedAgain int // records that were rejected before and are fed again
	counts   map[user.Status]int
	codes    writer.Codes
	first    map[user.Status][]string // ids
	calls    destination.Calls        // that would be made
	made     destination.Calls        // reads that were made for it
	changes  *plan.Changes
	file     *plan.Writer // nil: it is not kept
}

func newOutcomes() *outcomes {
	return &outcomes{counts: map[user.Status]int{}, first: map[user.Status][]string{}, changes: &plan.Changes{}}
}

// Write takes note of an outcome.
func (f *outcomes) Write(o user.Outcome) error {
	if o.Status == user.Failed || o.Status == user.InDoubt {
		return &exit.Error{Err: fmt.Errorf("plan record %d: the read that it needs did not get through (%s)", o.Record.Origin.Record, o.Code),
			Code: exit.Temporary, Hint: "plan again later, or without --read"}
	}
	f.counts[o.Status]++
	if o.Record.Origin.Before != nil {
		f.fedAgain++
	}
	if ids := f.first[o.Status]; len(ids) < firstShown {
		f.first[o.Status] = append(ids, o.Record.User.ID)
	}
	if op := opOf(&o); f.file != nil && op != "" {
		if err := f.file.Add(o.Record, op); err != nil {
			return err
		}
	}
	return f.codes.Write(o)
}

// opOf is what the plan holds for a record: a call, or that the plan itself has
// read that none is needed.
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

// sends is how many users would be sent something.
func (f *outcomes) sends() int {
	return f.counts[user.Created] + f.counts[user.Updated] + f.counts[user.Deleted]
}

// wrong is how many would not be sent, or not be taken.
func (f *outcomes) rejected() int { return f.counts[user.Invalid] + f.counts[user.Refused] }
