package parking

import (
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Met returns what an outcome tells the ledger about rows that recur; false if that is
// nothing. A user who ends otherwise than before is forgotten, whatever the end is: only what
// recurs without a break is parked.
func (f *Finder) Met(o *user.Outcome) (ledger.MetRow, bool) {
	if f == nil || o.Status != user.Refused && o.Status != user.Invalid && o.Record.Recurring == nil && f.touched.None() {
		return ledger.MetRow{}, false // nearly always
	}
	r, id := o.Record, idOf(o.Record)
	m := ledger.MetRow{ID: id, Status: o.Status, Code: o.Code, At: f.options.Now}
	switch {
	case o.Code == user.CodeParked && r.Recurring != nil && r.Recurring.Refused != nil:
		m.Hash, m.Code, m.Uncounted = f.hash(r), r.Recurring.Refused.Code, true
	case o.RefusedForGood() && (f.options.Curable == nil || !f.options.Curable(o.Code)):
		if r.Origin.Before != nil && (r.Recurring == nil || r.Recurring.Refused == nil) {
			return m, false // the row of the feed may be another one
		}
		m.Hash, m.Sent, m.Uncounted = f.hash(r), true, r.Origin.Before != nil
	case o.MayRecur() && !(r.Origin.Unparsed && f.options.TakesAccess):
		m.Hash = f.hashText(r)
	case o.Status == user.Invalid && r.Origin.Before != nil: // its text is not that of the input
		return m, false
	default:
		m.Over = id != "" && (r.Recurring != nil || f.touched.MayHave(id))
		return m, m.Over
	}
	f.touched.Add(id) // a later row of it can end that
	return m, true
}
