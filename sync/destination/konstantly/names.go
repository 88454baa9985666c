package konstantly

import (
	"strings"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// members lists Konstantly's names (Konstantly API reference, Create User), in the
// order of sending.
var members = [...]struct {
	field  user.Field
	theirs string
	write  func([]byte, user.Value) ([]byte, bool)
	// once says that no update takes it (Konstantly API reference, Update User).
	once bool
}{
	{user.Name, "name", rest.AppendPlain, false},
	{user.Email, "email", rest.AppendPlain, false},
	{user.Role, "roleAlias", rest.AppendPlain, false},
	{user.Bio, "bio", rest.AppendPlain, false},
	{user.Occupation, "occupation", rest.AppendPlain, false},
	{user.Location, "location", rest.AppendPlain, false},
	{user.Timezone, "timezone", rest.AppendPlain, false},
	{user.FromAPI, "fromApi", rest.AppendBool, false},
	{user.Courses, "courses", appendIntegers, true},
	{user.DeadlineAt, "deadlineAt", appendInteger, true},
	{user.Groups, "groups", appendIntegers, true},
}

// createOnly reports whether a field is only sent when the user is created.
func createOnly(f user.Field) bool {
	for _, m := range members {
		if m.field == f {
			return m.once
		}
	}
	return false
}

// attributeID returns NAME of attributes.NAME.
func attributeID(f user.Field) (id string, ok bool) {
	return strings.CutPrefix(string(f), user.AttributesPrefix)
}

// fieldOf returns the field for a key in the API's errors: roleAlias, courses.0,
// attributes.grade or, if r has it, only grade.
func fieldOf(key string, r *user.Record) (f user.Field, ok bool) {
	if id, is := strings.CutPrefix(key, "attributes."); is {
		key = id
	} else if f, ok := memberField(key); ok {
		return f, true
	}
	for _, a := range r.User.Attributes {
		if id, is := attributeID(a.Field); is && id == key {
			return a.Field, true
		}
	}
	return "", false
}

func memberField(key string) (f user.Field, ok bool) {
	if end := strings.IndexAny(key, ".["); end > 0 {
		key = key[:end]
	}
	switch key {
	case "id":
		return user.ID, true
	case "password":
		return user.Password, true
	case "role":
		return user.Role, true
	case "attributes":
		return "attributes", true
	}
	for _, m := range members {
		if m.theirs == key {
			return m.field, true
		}
	}
	return "", false
}
