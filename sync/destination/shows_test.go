package destination

import (
	"testing"

	"usersync/sync/user"
)

func TestShowsAllBut(t *testing.T) {
	attribute := func(f user.Field) user.Attribute {
		return user.Attribute{Field: f, Value: user.TextValue("x")}
	}
	found := Found{Held: []user.Attribute{attribute(user.Name)}}
	for name, c := range map[string]struct {
		fields     []user.Field
		secrets    bool
		shows, but bool
	}{
		"all of it is shown":              {fields: []user.Field{user.Name}, shows: true, but: true},
		"a secret is never shown":         {fields: []user.Field{user.Name}, secrets: true, but: true},
		"some fields are never shown":     {fields: []user.Field{user.Name, user.Groups}, but: true},
		"a field that could be shown":     {fields: []user.Field{user.Name, user.Bio}},
		"such a field next to the others": {fields: []user.Field{user.Groups, user.Bio}, secrets: true},
	} {
		r := &user.Record{}
		for _, f := range c.fields {
			r.User.Attributes = append(r.User.Attributes, attribute(f))
		}
		if c.secrets {
			r.User.Secrets = append(r.User.Secrets, user.SecretAttribute{Field: user.Password})
		}
		if got := found.Shows(r); got != c.shows {
			t.Errorf("%s: Shows = %t", name, got)
		}
		if got := found.ShowsAllBut(r, []user.Field{user.Groups}); got != c.but {
			t.Errorf("%s: ShowsAllBut = %t", name, got)
		}
	}
}
