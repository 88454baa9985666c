package destination_test

import (
	"context"
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// named is an API that finds users by their titles.
type named struct{ ownKeys bool }

func (n named) Traits() destination.Traits { return destination.Traits{OwnKeys: n.ownKeys} }

func (named) Check(*user.Record) error { return nil }

func (named) Apply(context.Context, user.Batch) ([]user.Outcome, error) { return nil, nil }

func (named) Name(r *user.Record) string {
	v, _ := r.User.Value(user.Title)
	return v.Text
}

// Records may be one user if they name the same key, if one look-up finds both, or if they
// have the same address or name; letter case does not matter.
func TestNames(t *testing.T) {
	names := destination.Names(named{ownKeys: true})
	record := func(remote string, own bool, title, email, name string) *user.Record {
		r := &user.Record{Remote: remote, OwnRemote: own}
		for _, a := range []user.Attribute{{Field: user.Title, Value: user.TextValue(title)}, {Field: user.Email, Value: user.TextValue(email)}, {Field: user.UserName, Value: user.TextValue(name)}} {
			if a.Value.Text != "" {
				r.User.Attributes = append(r.User.Attributes, a)
			}
		}
		return r
	}
	for _, c := range []struct {
		a, b *user.Record
		want bool // they share a name
	}{
		{record("r1", true, "", "", ""), record("r1", true, "", "", ""), true},
		{record("r1", true, "", "", ""), record("R1", true, "", "", ""), false},
		{record("r1", false, "", "", ""), record("r1", true, "", "", ""), false}, // the ledger tells those apart
		{record("", false, "Dr", "", ""), record("", false, "dr", "", ""), true},
		{record("", false, "", "Ann@x", ""), record("", false, "", "ann@X", ""), true},
		{record("", false, "", "", "ann"), record("", false, "", "", "ANN"), true},
		{record("", false, "ann", "", ""), record("", false, "", "ann", ""), false},
		{record("", false, "", "", ""), record("", false, "", "", ""), false},
	} {
		shared := slices.ContainsFunc(names(c.a), func(n string) bool { return slices.Contains(names(c.b), n) })
		if shared != c.want {
			t.Errorf("%v and %v", names(c.a), names(c.b))
		}
	}
	if destination.Names(named{}) != nil {
		t.Error("ids tell the users of an API apart that makes no keys")
	}
}
