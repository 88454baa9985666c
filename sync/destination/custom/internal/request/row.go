package request

import (
	"strconv"

	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/user"
)

// row holds the values for the placeholders of a call.
type row struct {
	record  *user.Record
	n       int
	account string
	named   []user.Field    // the fields that the call names
	masked  bool            // write the kind of each value in place of the value
	users   []*user.Record  // all users of the call, for the body around them; or nil
	item    node            // the template of one of them
	read    *jsontree.Value // the user as read before the call; see held
}

func (q *Request) newRow(c Common, r *user.Record) *row {
	return &row{record: r, account: c.Account, named: q.named}
}

// Value returns the value of a placeholder in a call without an account, and whether the
// record has it.
func Value(r *user.Record, name user.Field) (user.Value, bool) {
	return (&row{record: r}).value(name)
}

// value returns the value of a placeholder, and whether the user has it.
func (r *row) value(name user.Field) (user.Value, bool) {
	switch name {
	case user.ID:
		return user.TextValue(r.record.User.ID), r.record.User.ID != ""
	case Remote:
		return user.TextValue(r.record.Remote), r.record.Remote != ""
	case refNumber:
		return user.JSONValue(strconv.Itoa(r.n)), true
	case Account:
		return user.TextValue(r.account), r.account != ""
	}
	if v, ok := r.record.User.Value(name); ok {
		return v, present(v)
	}
	s, ok := r.record.User.Secret(name)
	return user.TextValue(s.Reveal()), ok && s.Reveal() != ""
}

// present reports whether a user has a value: one that is empty is none.
func present(v user.Value) bool { return v.Kind == user.Clear || v.Text != "" }
