package custom

import (
	"errors"
	"strings"
	"testing"

	"usersync/sync/user"
)

const checked = `
required: [email]
patterns: {phone: '\+[0-9]+'}
create:
  path: "/t/{extra.tenant}/users"
  headers: {X-Who: "{city}"}
  body: {id: {id}, email: {email}, age: {extra.age:number}, active: {active:bool}, groups: {groups:list}, raw: {extra.raw:json}, phone: {phone}, name: "x {first_name}"}
  answer: {}
update: {path: "/users/{id}", body: {email: {email}}}
delete: {path: "/users/{id}"}
`

func TestCheck(t *testing.T) {
	c := client(t, checked, "https://api.example.com")
	fit := func(more ...user.Attribute) *user.Record {
		return someone("a", append([]user.Attribute{attribute(user.Email, "a@example.com"), attribute("extra.tenant", "t")}, more...)...)
	}
	deleted := someone("a")
	deleted.Op = user.Delete
	for _, r := range []*user.Record{
		fit(), deleted,
		fit(attribute("extra.age", "-1.5e3"), attribute(user.Active, "no"), attribute(user.Groups, "a|b"), attribute("extra.raw", "[1]"), attribute(user.Phone, "+123")),
	} {
		if err := c.Check(r); err != nil {
			t.Errorf("%v: %v", r.User.Attributes, err)
		}
	}
	for want, r := range map[string]*user.Record{
		"missing_id":        someone(""),
		"bad_id":            someone(".."),
		"missing_field":     someone("a", attribute("extra.tenant", "t")),
		"bad_phone":         fit(attribute(user.Phone, "0041x")),
		"bad_value":         fit(attribute("extra.age", "007")),
		"unsupported_field": fit(attribute("extra.agee", "7")),
	} {
		holds(t, c.Check(r), want, "")
	}
	holds(t, c.Check(someone("a", attribute(user.Email, "a@example.com"))), "missing_field", "extra.tenant")
	holds(t, c.Check(fit(attribute(user.Active, "perhaps"))), "bad_value", user.Active)
	holds(t, c.Check(fit(attribute(user.Groups, "[1"))), "bad_value", user.Groups)
	holds(t, c.Check(fit(attribute("extra.raw", "{"))), "bad_value", "extra.raw")
	holds(t, c.Check(fit(attribute(user.City, "a\nb"))), "bad_value", user.City)
	holds(t, c.Check(fit(user.Attribute{Field: user.FirstName, Value: user.JSONValue(`{"a":1}`)})), "bad_value", user.FirstName)
}

// holds compares an error with the code and field that it must have. It must not
// hold the value.
func holds(t *testing.T, err error, code string, field user.Field) {
	t.Helper()
	var wrong *user.InvalidError
	if !errors.As(err, &wrong) || wrong.Code != code || field != "" && wrong.Field != field {
		t.Errorf("want %s of %s: %#v", code, field, err)
		return
	}
	for _, value := range []string{"0041x", "perhaps", "007"} {
		if strings.Contains(err.Error(), value) {
			t.Errorf("the value shows: %v", err)
		}
	}
}

func TestCheckColumns(t *testing.T) {
	c := client(t, checked, "https://api.example.com")
	if err := c.CheckColumns([]user.Field{user.ID, user.Email, user.RemoteID, "extra.age"}, user.Upsert); err != nil {
		t.Error(err)
	}
	if err := c.CheckColumns([]user.Field{user.ID, "whatever"}, user.Delete); err != nil {
		t.Error(err)
	}
	holds(t, c.CheckColumns([]user.Field{user.ID}, user.Upsert), "missing_column", user.Email)
	holds(t, c.CheckColumns([]user.Field{user.ID, user.Email, "emial"}, user.Upsert), "unsupported_field", "emial")
	open := client(t, `create: {path: /u, body: {id: "{id}", more: "{others}"}}`, "https://api.example.com")
	if err := open.CheckColumns([]user.Field{user.ID, "anything", "extra.more"}, user.Create); err != nil {
		t.Error(err)
	}
	holds(t, open.CheckColumns([]user.Field{user.Password}, user.Create), "unsupported_field", user.Password)
	holds(t, open.CheckColumns([]user.Field{"extra.plan", "plan"}, user.Create), "unsupported_field", "plan")
}

// A call that creates or updates cannot respect a mode that asks for one of them.
func TestUpsertOnly(t *testing.T) {
	c := client(t, `upsert: {path: /u, body: {id: "{id}"}}`, "https://api.example.com")
	for op, fits := range map[user.Op]bool{user.Upsert: true, user.Create: false, user.Update: false} {
		r := someone("a")
		r.Op = op
		if (c.CheckColumns([]user.Field{user.ID}, op) == nil) != fits || (c.Check(r) == nil) != fits {
			t.Errorf("%s: %v, %v", op, c.CheckColumns([]user.Field{user.ID}, op), c.Check(r))
		}
	}
}

// A record needs the key that identifies it in the answer.
func TestKeysOfAnswersAreNeeded(t *testing.T) {
	c := client(t, byBuckets, "https://api.example.com")
	holds(t, c.Check(someone("a")), "missing_field", user.Email)
}
