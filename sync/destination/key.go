package destination

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/user"
)

// CheckID reports whether id can be the key by which calls address a user. The
// error is a *user.InvalidError.
func CheckID(id string) error {
	if id == "" {
		return user.NewInvalidError("missing_id", user.ID, "must not be empty", "")
	}
	return CheckKey("bad_id", user.ID, id)
}

// CheckKey reports whether key can be a segment of an address: one made of dots alone
// would be resolved away (RFC 3986 5.2.4). The error is a *user.InvalidError about
// f, with the given code.
func CheckKey(code string, f user.Field, key string) error {
	switch {
	case key == "." || key == "..":
		return user.NewInvalidError(code, f, "must not be . or .., which an address cannot carry", "")
	case !utf8.ValidString(key) || strings.ContainsFunc(key, unicode.IsControl):
		return user.NewInvalidError(code, f, "must hold no control characters", "")
	}
	return nil
}
