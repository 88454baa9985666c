package cause

import "usersync/sync/user"

// ErrorGroups are the rejected records of a run, by cause.
type ErrorGroups struct {
	// The largest groups, at most 200, the largest first.
	Groups []ErrorGroup `json:"groups"`
	// Rejected records of all other groups. Some of them may belong to a listed group: one that was
	// too small to be followed for a while.
	Other int `json:"other,omitempty" jsonschema:"minimum=0"`
}

// Total returns how many records were rejected.
func (e *ErrorGroups) Total() int {
	total := e.Other
	for i := range e.Groups {
		total += e.Groups[i].Records
	}
	return total
}

// Largest returns e with the n largest groups at most; the records of the others count as Other.
func (e *ErrorGroups) Largest(n int) ErrorGroups {
	short := ErrorGroups{Groups: e.Groups[:min(n, len(e.Groups))], Other: e.Total()}
	for i := range short.Groups {
		short.Other -= short.Groups[i].Records
	}
	return short
}

// ErrorGroup is the rejected records of one cause.
type ErrorGroup struct {
	// Name of the group for usersync retry --group; the same in every run.
	Key string `json:"key" jsonschema:"pattern=^g1-[0-9a-z]{10}$"`
	// Their outcome: invalid, refused, failed or in_doubt.
	Outcome user.Status `json:"outcome"`
	// Short word for the reason, usersync's own or the API's.
	Code string `json:"code,omitempty"`
	// Status of the last answer about them; absent if none came.
	HTTP int `json:"http_status,omitempty"`
	// Field or column at fault, if the message names one.
	Field string `json:"field,omitempty"`
	// Message, without ids, numbers and other values.
	Message string `json:"message,omitempty"`
	// They are deletions of users missing from the input, which are in results and not in rejects.
	Deletions bool `json:"deletions,omitempty"`
	// Records in the group.
	Records int `json:"records" jsonschema:"minimum=1"`
	// Records in the group as a share of all rejected records, from 0 to 1.
	Share float64 `json:"share" jsonschema:"minimum=0,maximum=1"`
	// The first of them.
	First Position `json:"first"`
	// The last of them.
	Last Position `json:"last"`
	// Whether sending them again can help: yes, after_fix (once the rows or the destination have
	// changed) or no.
	Retry Retry `json:"retry" jsonschema:"enum=yes,enum=after_fix,enum=no"`
	// What to do about them.
	Do string `json:"do"`
}

// Position is where a record was read.
type Position struct {
	// Its number in the whole input, from 1.
	Record int `json:"record" jsonschema:"minimum=1"`
	// File that it is in; absent for the deletion of a user missing from the input.
	File string `json:"file,omitempty"`
	// Line of the file on which it begins.
	Line int `json:"line,omitempty" jsonschema:"minimum=0"`
}

// InRejects reports whether the records of the group are rows of rejects, which can be sent
// again.
func (g *ErrorGroup) InRejects() bool { return !g.Deletions }
