package konstantly

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// required is what Konstantly asks for when it creates a user, beside the
// password (Konstantly API reference, Create User).
var required = [...]user.Field{user.Name, user.Email, user.Role}

// CheckColumns tells before a run whether the fields that the input can fill
// will do for op. Every call about a user but a delete requires the e-mail.
func (c *Client) CheckColumns(fields []user.Field, op user.Op) error {
	if op == user.Delete {
		return nil
	}
	for _, f := range required {
		if (op == user.Create || f == user.Email) && !slices.Contains(fields, f) {
			return missing("missing_column", f, "and the input has neither a column nor a value for it")
		}
	}
	switch {
	case op == user.Create && c.config.Password != Generate && !slices.Contains(fields, user.Password):
		return noPassword("missing_column")
	case op != user.Update:
		return nil
	}
	for _, f := range fields {
		if once(f) || f == user.Password && c.config.Password != Always {
			return user.Unfit("only_on_create", f, "Konstantly takes it only when a user is created, and this run updates",
				"list the column under ignore: in the config"+alwaysHint(f))
		}
	}
	return nil
}

func alwaysHint(f user.Field) string {
	if f == user.Password {
		return ", or set konstantly.password: always"
	}
	return ""
}

// Check tells whether Konstantly would refuse the record. Of a delete it looks
// at the id only. What a create alone requires is asked of those who are to be
// created: an upsert may find its user there.
func (c *Client) Check(r *user.Record) error {
	if bad := checkID(r.User.ID); bad != nil {
		return bad
	}
	if r.Op == user.Delete {
		return nil
	}
	for i := range r.User.Attributes {
		if bad := c.checkAttribute(&r.User.Attributes[i]); bad != nil {
			return bad
		}
	}
	for _, s := range r.User.Secrets {
		if s.Field != user.Password {
			return unknown(s.Field)
		}
	}
	if r.Op == user.Create {
		return c.lacks(r)
	}
	if _, ok := r.User.Value(user.Email); !ok {
		return missing("missing_field", user.Email, "")
	}
	return nil
}

// lacks names what a create requires and r does not have.
func (w *form) lacks(r *user.Record) error {
	for _, f := range required {
		if _, ok := r.User.Value(f); !ok {
			return missing("missing_field", f, "")
		}
	}
	if _, ok := r.User.Secret(user.Password); !ok && w.config.Password != Generate {
		return noPassword("missing_field")
	}
	return nil
}

func unknown(f user.Field) error {
	return user.Unfit("unsupported_field", f, "Konstantly has no such attribute", "leave the column out, or list it under ignore: in the config")
}

func missing(code string, f user.Field, more string) error {
	rule := "Konstantly requires it of a new user"
	if f == user.Email {
		rule = "Konstantly requires it in every call that creates or updates a user"
	}
	if more != "" {
		rule += ", " + more
	}
	hint := "name its column under fields: in the config: " + string(f) + ": COLUMN"
	if f == user.Role {
		hint = "fill the column, or add a line such as this under fields: in the config: role: {value: learner}"
	}
	return user.Unfit(code, f, rule, hint)
}

func noPassword(code string) error {
	return user.Unfit(code, user.Password, "Konstantly requires one of a new user", "fill the column, or set konstantly.password: generate in the config")
}

// checkID: an id is alphanumeric (Konstantly API reference, Create User). Two of
// them would lead to other paths than a user's.
func checkID(id string) error {
	switch {
	case id == "":
		return user.Unfit("missing_id", user.ID, "must not be empty", "")
	case strings.ContainsFunc(id, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }):
		return user.Unfit("bad_id", user.ID, "must hold letters A to Z and digits only", "map a column of such keys to id under fields: in the config, or make one with an expr: there")
	case strings.EqualFold(id, "blocked") || strings.EqualFold(id, "byEmail"):
		return user.Unfit("bad_id", user.ID, "is a word that Konstantly's addresses use for something else", "")
	}
	return nil
}

func (w *form) checkAttribute(a *user.Attribute) error {
	id, custom := attributeID(a.Field)
	switch {
	case custom:
		return w.checkCustom(id, a)
	case a.Value.Kind == user.Clear:
		return user.Unfit("cannot_clear", a.Field, "Konstantly has no documented way to clear it", "remove empty: clear from its mapping")
	}
	var err error
	switch a.Field {
	case user.FromAPI:
		_, err = a.Value.Bool()
		return because("bad_boolean", a.Field, err)
	case user.Courses, user.Groups:
		_, err = integers(a.Value)
		return because("bad_list", a.Field, err)
	case user.DeadlineAt:
		return checkDeadline(a.Value)
	case user.Email, user.Name, user.Role, user.Bio, user.Occupation, user.Location, user.Timezone:
		return checkText(a)
	}
	return unknown(a.Field)
}

func checkText(a *user.Attribute) error {
	text, err := a.Value.Plain()
	if strings.TrimSpace(text) == "" && slices.Contains(required[:], a.Field) && err == nil {
		return missing("missing_field", a.Field, "")
	}
	return because("bad_text", a.Field, err)
}

func because(code string, f user.Field, err error) error {
	if err == nil {
		return nil
	}
	return user.Unfit(code, f, err.Error(), "")
}

// latest is a day in the year 5138: what is later was meant in milliseconds.
const latest = 1e11

func checkDeadline(v user.Value) error {
	if n, err := integer(v.Text); err == nil && n < latest {
		return nil
	}
	return user.Unfit("bad_epoch", user.DeadlineAt, "must be seconds since 1970, such as 1767225600", "")
}

func (w *form) checkCustom(id string, a *user.Attribute) error {
	if id == "" {
		return unknown(a.Field)
	}
	_, err := w.written(id, a.Value)
	switch err {
	case errNoAttribute:
		return user.Unfit("unknown_attribute", a.Field, err.Error(), "write the attribute's API id behind attributes., or list the column under ignore: in the config")
	case errNoOption, errNoOptions:
		return user.Unfit("bad_choice", a.Field, err.Error(), "")
	case errNotNumber:
		return user.Unfit("bad_number", a.Field, err.Error(), "")
	case errTooLong:
		return user.Unfit("too_long", a.Field, err.Error(), "")
	}
	return because("bad_boolean", a.Field, err)
}
