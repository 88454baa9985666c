package report

import (
	"fmt"

	"usersync/sync/user"
)

// Parked counts rows that several finished runs in a row could not settle.
type Parked struct {
	// Users who were not sent: the API has refused the same row in each of these runs.
	Users int `json:"users" jsonschema:"minimum=0"`
	// The first of them.
	First []Place `json:"first,omitempty"`
	// Invalid rows that were the same in each of these runs.
	Invalid int `json:"invalid,omitempty" jsonschema:"minimum=0"`
	// The first of them.
	FirstInvalid []Place `json:"first_invalid,omitempty"`
	// Users that the API has refused in this run, and that the next runs will not send.
	FromNowOn int `json:"from_now_on,omitempty" jsonschema:"minimum=0"`
}

// ParkedOf returns the facts about so many parked users, about those noted, and about those
// parked from now on. It is nil if there is nothing to say.
func ParkedOf(users int, n user.Noted, fromNowOn int) *Parked {
	if users+n.StillInvalid.Count+fromNowOn == 0 {
		return nil
	}
	return &Parked{Users: users, First: placesOf(n.Parked), Invalid: n.StillInvalid.Count, FirstInvalid: placesOf(n.StillInvalid), FromNowOn: fromNowOn}
}

// Settled returns how many rows are no reason to look at the run: they are listed instead.
func (p *Parked) Settled() int {
	if p == nil {
		return 0
	}
	return p.Users + p.Invalid
}

// Notes says in sentences what a person should know about parked users; it has none for nil.
func (p *Parked) Notes() []string {
	if p == nil {
		return nil
	}
	var all []string
	if p.Users > 0 {
		all = append(all, fmt.Sprintf("%s not sent (%s): the API refuses the same row run after run", Count(p.Users, "user"), linesOf(p.Users, p.First)))
	}
	if p.Invalid > 0 {
		all = append(all, fmt.Sprintf("%s as before (%s)", Count(p.Invalid, "invalid row"), linesOf(p.Invalid, p.FirstInvalid)))
	}
	if p.FromNowOn > 0 {
		all = append(all, fmt.Sprintf("%s parked from now on: the next runs do not send the same row", Count(p.FromNowOn, "user")))
	}
	return all
}
