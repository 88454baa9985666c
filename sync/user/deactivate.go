package user

import (
	"slices"
	"strings"
)

// Deactivates reports whether a row may take access away from its user: active is false or
// cleared, or a field that is named like one for that says so.
func (u *User) Deactivates() bool {
	return slices.ContainsFunc(u.Attributes, func(a Attribute) bool {
		name := string(a.Field)[strings.LastIndexByte(string(a.Field), '.')+1:]
		name = strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
		return takesAccess(strings.TrimPrefix(name, "is"), a.Value)
	})
}

// takesAccess reports whether a value of a field with that name may take access away. A
// value that cannot be read may.
func takesAccess(name string, v Value) bool {
	on, err := v.Bool()
	switch name {
	case "active", "enabled":
		return err != nil || !on
	case "inactive", "disabled", "blocked", "suspended", "locked", "deactivated", "deleted", "banned", "terminated", "archived":
		return err != nil || on
	case "status", "state", "userstatus", "accountstatus":
		return isInactive(strings.ToLower(strings.Trim(v.Text, ` "`)))
	}
	return false
}

// isInactive reports whether a word is said of a user who must not have access.
func isInactive(word string) bool {
	return slices.Contains([]string{"inactive", "disabled", "blocked", "suspended", "locked", "deactivated", "deleted", "banned", "terminated", "archived",
		"closed", "expired", "left", "deprovisioned", "off", "false", "no", "0"}, word)
}
