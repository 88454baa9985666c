package explain

import (
	"fmt"
	"strings"

	"usersync/sync/user"
)

// Other is what the ledger holds of the user for one more destination.
type Other struct {
	To string `json:"to"`
	// What it holds; absent if it does not know the user, or was not read.
	Ledger *Ledger `json:"ledger,omitempty"`
	// Why that is absent.
	Note string `json:"note,omitempty"`
}

// Holds returns what the ledger holds of the user for a destination; nil if that is not known.
func (e *Explanation) Holds(to string) *Ledger {
	for _, o := range e.Others {
		if o.To == to {
			return o.Ledger
		}
	}
	return e.Ledger
}

func (p *page) ledger(e *Explanation) {
	p.held(e.Ledger, e.LedgerNote, e.LedgerTo)
	for i := range e.Others {
		p.held(e.Others[i].Ledger, e.Others[i].Note, e.Others[i].To)
	}
}

// held is what the ledger holds. to is the destination, if there are several.
func (p *page) held(l *Ledger, note, to string) {
	if to != "" {
		p.prose("\nnow, in the ledger, for %s", to)
	} else if l != nil {
		p.line("\nnow, in the ledger")
	}
	if l != nil {
		p.fact("state", l.inWords())
		p.fact("key", l.Remote)
		p.fact("feed", l.Feed)
		if l.Run != "" {
			p.fact("changed", fmt.Sprintf("by run %s, record %d", l.Run, l.Record))
		}
		p.fact("fields", strings.Join(l.Fields, ", "))
	}
	p.fact("note", note)
}

// inWords says what the state means. A delete or an update in doubt leaves no known value.
func (l *Ledger) inWords() string {
	if l.State == user.Present.String() && len(l.Fields) == 0 {
		return "held: the API had the user, and no value is known to be there now"
	}
	return map[string]string{user.Present.String(): "held: the API has the user", user.AcceptedLater.String(): "accepted: the API took the user for later",
		user.Pending.String(): "pending: perhaps created, and looked up before anything is sent"}[l.State]
}

// without names the newer runs that did not have the user.
func (p *page) without(all []Without) {
	for i := range all {
		w := &all[i]
		p.prose("\nnot in run %s, to %s, which is newer: %s", w.Run, w.To, w.Why)
		p.exact("next", w.Next)
	}
}
