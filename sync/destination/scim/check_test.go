package scim

import (
	"errors"
	"strings"
	"testing"

	"usersync/sync/user"
)

func codeOf(t *testing.T, err error) string {
	t.Helper()
	var bad *user.InvalidError
	if err == nil {
		return ""
	}
	if !errors.As(err, &bad) {
		t.Fatalf("error is a %T: %v", err, err)
	}
	return bad.Code
}

func TestCheckColumns(t *testing.T) {
	c, _ := serve(t, Config{}, answer{})
	for columns, want := range map[string]string{
		"id user_name": "",
		"id remote_id user_name password active extra.costCentre emails[work].value roles": "",
		"id first_name":                                "missing_column",
		"id user_name email emails[work].value":        "same_attribute",
		`id user_name first_name extra.name.givenName`: "same_attribute",
		"id user_name address_line_1 address_line_2":   "",
		"id user_name address_line_2":                  "missing_column",
		"id user_name Job_Title?":                      "bad_path",
		"id user_name (user)":                          "bad_path",
		"id user_name emails.value":                    "bad_path",
		"id user_name addresses[work]":                 "bad_path",
		"id user_name emails[work].street":             "bad_path",
		"id user_name title.long":                      "bad_path",
		"id user_name name[work].givenName":            "bad_path",
		"id user_name groups":                          "unsupported_field",
		"id user_name extra.meta":                      "unsupported_field",
		"id user_name ssn":                             "unsupported_field",
		"id user_name enrolled_rewards":                "unsupported_field",
	} {
		var fields []user.Field
		for _, f := range strings.Split(columns, " ") {
			fields = append(fields, user.Field(f))
		}
		if got := codeOf(t, c.CheckColumns(fields, user.Upsert)); got != want {
			t.Errorf("%s: %q, want %q", columns, got, want)
		}
	}
	if err := c.CheckColumns([]user.Field{user.ID, user.Title}, user.Update); err != nil {
		t.Errorf("an update needs no userName: %v", err)
	}
	if err := c.CheckColumns([]user.Field{user.ID, "what is this"}, user.Delete); err != nil {
		t.Errorf("a delete needs the id alone: %v", err)
	}
}

func TestCheck(t *testing.T) {
	c, _ := serve(t, Config{}, answer{})
	for name, test := range map[string]struct {
		r    *user.Record
		want string
	}{
		"fit":                        {person("1", "user_name", "ann", "active", "No"), ""},
		"no id":                      {person("", "user_name", "ann"), "missing_id"},
		"dots":                       {person("..", "user_name", "ann"), "bad_id"},
		"a line break":               {person("a\nb", "user_name", "ann"), "bad_id"},
		"dots for a key":             {with(".", person("1", "user_name", "ann")), "bad_remote"},
		"no userName":                {person("1", "title", "Dr"), "missing_field"},
		"a blank userName":           {person("1", "user_name", " "), "bad_text"},
		"a userName to clear":        {person("1", "user_name", "(clear)"), "cannot_clear"},
		"a title to clear":           {person("1", "user_name", "ann", "title", "(clear)"), ""},
		"neither true nor false":     {person("1", "user_name", "ann", "active", "perhaps"), "bad_boolean"},
		"a list that is text":        {person("1", "user_name", "ann", "roles", "admin"), "bad_list"},
		"a list in a cell":           {person("1", "user_name", "ann", "roles", `[{"value":"admin"}]`), ""},
		"an object that is a list":   {person("1", "user_name", "ann", "extra.name", `[]`), "bad_object"},
		"a column that is no path":   {person("1", "user_name", "ann", "a b", "x"), "bad_path"},
		"another API's attribute":    {person("1", "user_name", "ann", "birth_year", "1990"), "unsupported_field"},
		"a delete looks at ids only": {&user.Record{Op: user.Delete, User: user.User{ID: "1"}}, ""},
		"nothing to update":          {&user.Record{Op: user.Update, User: user.User{ID: "1"}}, "nothing_to_send"},
		"a secret that is not ours": {&user.Record{Op: user.Update, User: user.User{ID: "1", Attributes: []user.Attribute{{Field: user.Title, Value: user.TextValue("Dr")}},
			Secrets: []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret("111-22-3333")}}}}, "unsupported_field"},
	} {
		err := c.Check(test.r)
		if got := codeOf(t, err); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		if err != nil && (strings.Contains(err.Error(), "perhaps") || strings.Contains(err.Error(), "admin")) {
			t.Errorf("%s: the value shows: %v", name, err)
		}
	}
}
