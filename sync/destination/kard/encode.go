package kard

import (
	"github.com/go-json-experiment/json/jsontext"

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
	b = appendText(b, r.User.ID)
	b = append(b, `,"attributes":{`...)
	first := len(b)
	for i := range r.User.Attributes {
		b = appendAttribute(b, first, &r.User.Attributes[i])
	}
	return append(b, "}}"...)
}

// appendAttribute appends one member. What Check would not let through is left
// out: an attribute that is sent wrong may change more than one left out.
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
		b, ok = appendBool(append(b, `"historicalTransactionsSent":`...), a.Value)
	case user.Email:
		b, ok = appendPlain(append(b, `"email":`...), a.Value)
	case user.HashedEmail:
		b, ok = appendPlain(append(b, `"hashedEmail":`...), a.Value)
	case user.Phone:
		b, ok = appendPlain(append(b, `"phoneNumber":`...), a.Value)
	case user.BirthYear:
		b, ok = appendPlain(append(b, `"birthYear":`...), a.Value)
	case user.ZipCode:
		b, ok = appendPlain(append(b, `"zipCode":`...), a.Value)
	}
	if !ok {
		return b[:undo]
	}
	return b
}

// appendPlain appends a string, whatever the value's kind: zip codes and birth
// years are strings to Kard.
func appendPlain(b []byte, v user.Value) ([]byte, bool) {
	text, err := v.Plain()
	return appendText(b, text), err == nil && v.Kind != user.Clear
}

func appendBool(b []byte, v user.Value) ([]byte, bool) {
	is, err := v.Bool()
	if is {
		return append(b, "true"...), err == nil
	}
	return append(b, "false"...), err == nil
}

func appendList(b []byte, v user.Value) ([]byte, bool) {
	if v.Kind == user.Text && v.Text == cardLinked {
		return append(b, `["CARDLINKED"]`...), true
	}
	list, err := v.List()
	b = append(b, '[')
	for i, item := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, item)
	}
	return append(b, ']'), err == nil
}

// appendText quotes s: at once where it is plain ASCII, as nearly always.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendQuoted(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendQuoted cannot fail on what a reader let through: it writes U+FFFD for
// bytes that are not UTF-8 and reports them, and the readers refuse those.
func appendQuoted(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}
