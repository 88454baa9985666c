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
	to := ""
	if len(e.Others) > 0 && e.Ledger != nil {
		to = ", for " + e.Ledger.To
	}
	p.held(e.Ledger, to)
	p.fact("note", e.LedgerNote)
	for i := range e.Others {
		o := &e.Others[i]
		if o.Ledger == nil {
			p.line("\nnow, in the ledger, for %s", o.To)
		}
		p.held(o.Ledger, ", for "+o.To)
		p.fact("note", o.Note)
	}
}

func (p *page) held(l *Ledger, to string) {
	if l != nil {
		p.line("\nnow, in the ledger%s", to)
		p.fact("state", map[string]string{"held": "held: the API has the user", "accepted": "accepted: the API took the user for later",
			user.Pending.String(): "pending: perhaps created, and looked up before anything is sent"}[l.State])
		p.fact("key", l.Remote)
		p.fact("feed", l.Feed)
		if l.Run != "" {
			p.fact("changed", fmt.Sprintf("by run %s, record %d", l.Run, l.Record))
		}
		p.fact("fields", strings.Join(l.Fields, ", "))
	}
}

// without names the newer runs that did not have the user.
func (p *page) without(all []Without) {
	for i := range all {
		w := &all[i]
		p.line("\nnot in run %s, to %s, which is newer: %s", w.Run, w.To, w.Why)
		p.fact("next", w.Next)
	}
}
