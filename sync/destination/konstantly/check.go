package konstantly

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// required lists what Konstantly requires of a new user besides the password
// (Konstantly API reference, Create User).
var required = [...]user.Field{user.Name, user.Email, user.Role}

// CheckColumns reports, before a run, whether the input has the fields that op
// needs. Every call except a delete requires the e-mail. Its error is a
// *user.InvalidError.
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
		if createOnly(f) || f == user.Password && c.config.Password != Always {
			return user.NewInvalidError("only_on_create", f, "Konstantly takes it only when a user is created, and this run updates",
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

// Check reports whether Konstantly would refuse the record, as a
// *user.InvalidError. For a delete it checks only the id. What only a create
// requires is not required of an upsert, which may find its user.
func (c *Client) Check(r *user.Record) error {
	var faults user.Faults
	faults.Add(checkID(r.User.ID))
	if r.Op == user.Delete {
		return faults.Err()
	}
	for i := range r.User.Attributes {
		faults.Add(c.checkAttribute(&r.User.Attributes[i]))
	}
	for _, s := range r.User.Secrets {
		if s.Field != user.Password {
			faults.Add(unknown(s.Field))
		}
	}
	if r.Op == user.Create {
		faults.Add(c.missingForCreate(r))
	} else if _, ok := r.User.Value(user.Email); !ok {
		faults.Add(missing("missing_field", user.Email, ""))
	}
	return faults.Err()
}

// missingForCreate names each field that a create requires and r does not have.
func (w *form) missingForCreate(r *user.Record) error {
	var faults user.Faults
	for _, f := range required {
		if _, ok := r.User.Value(f); !ok {
			faults.Add(missing("missing_field", f, ""))
		}
	}
	if _, ok := r.User.Secret(user.Password); !ok && w.config.Password != Generate {
		faults.Add(noPassword("missing_field"))
	}
	return faults.Err()
}

func unknown(f user.Field) error {
	return user.NewInvalidError("unsupported_field", f, "Konstantly has no such attribute", "leave the column out, or list it under ignore: in the config")
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
	return user.NewInvalidError(code, f, rule, hint)
}

func noPassword(code string) error {
	return user.NewInvalidError(code, user.Password, "Konstantly requires one of a new user", "fill the column, or set konstantly.password: generate in the config")
}

// checkID: an id is alphanumeric (Konstantly API reference, Create User). Two
// alphanumeric ids would lead to other paths than a user's.
func checkID(id string) error {
	switch {
	case id == "":
		return user.NewInvalidError("missing_id", user.ID, "must not be empty", "")
	case strings.ContainsFunc(id, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }):
		return user.NewInvalidError("bad_id", user.ID, "must hold only letters A to Z and digits", "map a column of such keys to id under fields: in the config, or make one with an expr: there")
	case strings.EqualFold(id, "blocked") || strings.EqualFold(id, "byEmail"):
		return user.NewInvalidError("bad_id", user.ID, "is reserved: Konstantly uses it in its addresses", "")
	}
	return nil
}

func (w *form) checkAttribute(a *user.Attribute) error {
	id, custom := attributeID(a.Field)
	switch {
	case custom:
		return w.checkCustom(id, a)
	case a.Value.Kind == user.Clear:
		return user.NewInvalidError("cannot_clear", a.Field, "Konstantly has no documented way to clear it", "remove empty: clear from its mapping")
	}
	var err error
	switch a.Field {
	case user.FromAPI:
		_, err = a.Value.Bool()
		return invalidIf("bad_boolean", a.Field, err)
	case user.Courses, user.Groups:
		_, err = integers(a.Value)
		return invalidIf("bad_list", a.Field, err)
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
	return invalidIf("bad_text", a.Field, err)
}

func invalidIf(code string, f user.Field, err error) error {
	if err == nil {
		return nil
	}
	return user.NewInvalidError(code, f, err.Error(), "")
}

// maxEpoch is a day in the year 5138: a larger number is in milliseconds.
const maxEpoch = 1e11

func checkDeadline(v user.Value) error {
	if n, err := integer(v.Text); err == nil && n < maxEpoch {
		return nil
	}
	return user.NewInvalidError("bad_epoch", user.DeadlineAt, "must be seconds since 1970, such as 1767225600", "")
}

func (w *form) checkCustom(id string, a *user.Attribute) error {
	if id == "" {
		return unknown(a.Field)
	}
	_, err := w.typed(id, a.Value)
	switch err {
	case errNoAttribute:
		return user.NewInvalidError("unknown_attribute", a.Field, err.Error(), "write the attribute's API id after attributes., or list the column under ignore: in the config")
	case errNoOption, errNoOptions:
		return user.NewInvalidError("bad_choice", a.Field, err.Error(), "")
	case errNotNumber:
		return user.NewInvalidError("bad_number", a.Field, err.Error(), "")
	case errTooLong:
		return user.NewInvalidError("too_long", a.Field, err.Error(), "")
	}
	return invalidIf("bad_boolean", a.Field, err)
}
