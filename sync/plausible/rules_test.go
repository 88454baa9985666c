package plausible

import (
	"errors"
	"slices"
	"testing"
	"time"

	"usersync/sync/user"
)

var now = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		field     user.Field
		good, bad []string
	}{
		{user.Email, []string{"a@example.com", "jörg@exämple.org", "a.b+c@example.com"}, []string{"a", "a@b", ".a@x.org", "a..b@x.org", "a.@x.org", "a@x.org, b@x.org", "Ann <a@x.org>"}},
		{user.Phone, []string{"+14155552671", "(415) 555-2671 ext. 12", "tel:+1-415-555-2671", "+49 (0)30 901820", "911", "415.555.2671 x3"}, []string{"1.41556E+10", "14155552671.0", "n/a", "12", "+1415555+2671", "call me 415 555"}},
		{user.BirthYear, []string{"1900", "2026", "1955"}, []string{"1899", "2027", "2090", "19", "1/1/1990", "+199", "1990.0"}},
		{user.DateOfBirth, []string{"1990-12-31", "31.12.1990", "12/31/1990", "1990-12-31T00:00:00Z", "31 Dec 1990"}, []string{"1990-02-31", "7/4/55", "2090-01-01", "0000-00-00", "1990", "NULL"}},
		{user.ZipCode, []string{"02139", "SW1A 1AA", "12345-6789", "D02 AF30", "101"}, []string{"2139.0", "1.2E+4", "NULL", "-", "1", "this is no postcode 1"}},
		{user.City, []string{"", "2090"}, nil},
	} {
		for _, text := range c.good {
			if err := Check(c.field, text, now); err != nil {
				t.Errorf("%s %q: %v", c.field, text, err)
			}
		}
		for _, text := range c.bad {
			if _, bad := errors.AsType[*user.InvalidError](Check(c.field, text, now)); !bad {
				t.Errorf("%s %q is accepted", c.field, text)
			}
		}
	}
}

// A record with bad values is refused, sent without those that are optional, or sent with
// them, and says which.
func TestPolicy(t *testing.T) {
	needsEmail := func(r *user.Record) error {
		if _, ok := r.User.Value(user.Email); !ok {
			return user.NewInvalidError("missing_field", user.Email, "is required", "")
		}
		if v, ok := r.User.Value(user.Title); ok && v.Text == "bad" {
			return user.NewInvalidError("bad_title", user.Title, "must be good", "")
		}
		return nil
	}
	for name, c := range map[string]struct {
		do     string
		values map[user.Field]string
		code   string
		left   int
		doubts []user.DoubtKind
	}{
		"good":              {Refuse, map[user.Field]string{user.Email: "a@example.com"}, "", 1, nil},
		"refuse":            {Refuse, map[user.Field]string{user.Email: "a@example.com", user.ZipCode: "1.0"}, "bad_zip", 2, nil},
		"drop":              {Drop, map[user.Field]string{user.Email: "a@example.com", user.ZipCode: "1.0"}, "", 1, []user.DoubtKind{user.Dropped}},
		"drop what the API": {Drop, map[user.Field]string{user.Email: "a@example.com", user.Title: "bad"}, "", 1, []user.DoubtKind{user.Dropped}},
		"drop required":     {Drop, map[user.Field]string{user.Email: "a"}, "bad_email", 1, nil},
		"warn":              {Warn, map[user.Field]string{user.Email: "a"}, "", 1, []user.DoubtKind{user.SentAnyway}},
		"null":              {Refuse, map[user.Field]string{user.Email: "a@example.com", user.City: "NULL"}, "", 2, []user.DoubtKind{user.NullSent}},
		"error of a sheet":  {Refuse, map[user.Field]string{user.City: "#DIV/0!", user.Email: "a@example.com"}, "", 2, []user.DoubtKind{user.NullSent}},
		"off":               {"", map[user.Field]string{user.Email: "a"}, "", 1, nil},
	} {
		r := &user.Record{Op: user.Upsert}
		for f, text := range c.values {
			r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: f, Value: user.TextValue(text)})
		}
		(&Policy{Do: c.do, Rules: needsEmail, Now: now}).Apply(r)
		code := ""
		if bad, ok := errors.AsType[*user.InvalidError](r.Err); ok {
			code = bad.Code
		}
		var kinds []user.DoubtKind
		for _, d := range r.Doubts {
			kinds = append(kinds, d.Kind)
		}
		if code != c.code || len(r.User.Attributes) != c.left || !slices.Equal(kinds, c.doubts) {
			t.Errorf("%s: code %q, %d left, doubts %v", name, code, len(r.User.Attributes), kinds)
		}
	}
}
