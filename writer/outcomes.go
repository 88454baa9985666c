package writer

import "usersync/sync/user"

// Outcomes counts records by outcome. It includes every status, even if no record has it.
type Outcomes struct {
	// The destination says that it created the user.
	Created int `json:"created" jsonschema:"minimum=0"`
	// The destination says that it updated the user.
	Updated int `json:"updated" jsonschema:"minimum=0"`
	// The destination says that it deleted the user.
	Deleted int `json:"deleted" jsonschema:"minimum=0"`
	// The destination already holds what the record says; nothing was changed.
	Unchanged int `json:"unchanged" jsonschema:"minimum=0"`
	// The destination accepted the record for later, and promises no more.
	Accepted int `json:"accepted" jsonschema:"minimum=0"`
	// Not sent: the record is invalid.
	Invalid int `json:"invalid" jsonschema:"minimum=0"`
	// The destination refused the record.
	Refused int `json:"refused" jsonschema:"minimum=0"`
	// The record never got through; it is safe to send it again.
	Failed int `json:"failed" jsonschema:"minimum=0"`
	// Sent; neither an answer nor a read-back tells the outcome.
	InDoubt int `json:"in_doubt" jsonschema:"minimum=0"`
}

// CountOutcomes returns counts as Outcomes. It leaves out statuses that are not final, and
// Summary.Unaccounted then shows that.
func CountOutcomes(counts map[user.Status]int) Outcomes {
	var o Outcomes
	for status, n := range counts {
		if counter := o.of(status); counter != nil {
			*counter = n
		}
	}
	return o
}

// of returns the counter of s, or nil if s is not final.
func (o *Outcomes) of(s user.Status) *int {
	switch s {
	case user.Created:
		return &o.Created
	case user.Updated:
		return &o.Updated
	case user.Deleted:
		return &o.Deleted
	case user.Unchanged:
		return &o.Unchanged
	case user.Accepted:
		return &o.Accepted
	case user.Invalid:
		return &o.Invalid
	case user.Refused:
		return &o.Refused
	case user.Failed:
		return &o.Failed
	case user.InDoubt:
		return &o.InDoubt
	}
	return nil
}

// Add counts one more record of status s. It ignores a status that is not final.
func (o *Outcomes) Add(s user.Status) {
	if counter := o.of(s); counter != nil {
		*counter++
	}
}

// Count returns how many records have status s.
func (o Outcomes) Count(s user.Status) int {
	if n := o.of(s); n != nil {
		return *n
	}
	return 0
}

// Total returns how many records have an outcome.
func (o Outcomes) Total() int {
	total := 0
	for _, s := range user.Statuses {
		total += o.Count(s)
	}
	return total
}

// Rejected returns how many records rejects hold.
func (o Outcomes) Rejected() int {
	rejected := 0
	for _, s := range user.Statuses {
		if s.Rejected() {
			rejected += o.Count(s)
		}
	}
	return rejected
}
