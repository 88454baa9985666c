package kard

import (
	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// appendUsers appends the body of a POST.
func appendUsers(b []byte, records []*user.Record) []byte {
	b = append(b, `{"data":[`...)
	for i, r := range records {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendUser(b, r)
	}
	return append(b, `]}`...)
}

// appendOne appends the body of a PUT.
func appendOne(b []byte, r *user.Record) []byte {
	b = append(b, `{"data":`...)
	b = appendUser(b, r)
	return append(b, '}')
}

func appendUser(b []byte, r *user.Record) []byte {
	b = append(b, `{"type":"user","id":`...)
	b = rest.AppendText(b, r.User.ID)
	b = append(b, `,"attributes":{`...)
	first := len(b)
	for i := range r.User.Attributes {
		b = appendAttribute(b, first, &r.User.Attributes[i])
	}
	return append(appendHeld(b, first, r), "}}"...)
}

// appendHeld appends the attributes that a read showed and the record does not send.
func appendHeld(b []byte, first int, r *user.Record) []byte {
	others, ok := r.User.Value(destination.Whole)
	if !ok {
		return b
	}
	if len(b) > first {
		b = append(b, ',')
	}
	return append(b, others.Text[1:len(others.Text)-1]...)
}

// appendAttribute appends one member. It leaves out what Check would refuse: a
// wrong attribute may change more than a missing one.
func appendAttribute(b []byte, first int, a *user.Attribute) []byte {
	undo := len(b)
	if undo > first {
		b = append(b, ',')
	}
	var ok bool
	switch a.Field {
	case user.EnrolledRewards:
		b, ok = appendList(append(b, `"enrolledRewards":`...), a.Value)
	case user.HistoricalTransactionsSent:
		b, ok = rest.AppendBool(append(b, `"historicalTransactionsSent":`...), a.Value)
	case user.Email:
		b, ok = rest.AppendPlain(append(b, `"email":`...), a.Value)
	case user.HashedEmail:
		b, ok = rest.AppendPlain(append(b, `"hashedEmail":`...), a.Value)
	case user.Phone:
		b, ok = rest.AppendPlain(append(b, `"phoneNumber":`...), a.Value)
	case user.BirthYear:
		b, ok = rest.AppendPlain(append(b, `"birthYear":`...), a.Value)
	case user.ZipCode:
		b, ok = rest.AppendPlain(append(b, `"zipCode":`...), a.Value)
	}
	if !ok {
		return b[:undo]
	}
	return b
}

func appendList(b []byte, v user.Value) ([]byte, bool) {
	if v.Kind == user.Text && v.Text == cardLinked || v.Text == onlyCardLinked {
		return append(b, onlyCardLinked...), true
	}
	list, err := v.List()
	return rest.AppendTexts(b, list), err == nil
}
