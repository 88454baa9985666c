package user

import (
	"slices"
	"strings"
)

// Deactivates reports whether a row may take access away from its user: active is false or
// cleared, or a field that is named like one for that says so.
func (u *User) Deactivates() bool {
	return slices.ContainsFunc(u.Attributes, func(a Attribute) bool {
		switch a.Field.access() {
		case allows:
			on, err := a.Value.Bool()
			return err != nil || !on
		case denies:
			on, err := a.Value.Bool()
			return err != nil || on
		case tells:
			return isInactive(strings.ToLower(strings.Trim(a.Value.Text, ` "`)))
		}
		return false
	})
}

// access is what a field says about whether its user has access.
type access uint8

const (
	nothing access = iota
	allows         // true: the user has access
	denies         // true: the user has none
	tells          // a word, such as suspended
)

// access judges a field by its name, such as active, is_disabled or accountEnabled.
func (f Field) access() access {
	name := string(f)[strings.LastIndexByte(string(f), '.')+1:]
	name = strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "_", ""), "-", ""))
	for _, prefix := range []string{"is", "user", "account", "login", "employee", "employment", "member"} {
		name = strings.TrimPrefix(name, prefix)
	}
	switch name {
	case "active", "enabled":
		return allows
	case "inactive", "disabled", "blocked", "suspended", "locked", "deactivated", "deleted", "banned", "terminated", "archived":
		return denies
	case "status", "state":
		return tells
	}
	return nothing
}

// GivesAccess reports whether the field is named like one that says whether its user has
// access. A state may be a part of an address, so it is none.
func (f Field) GivesAccess() bool {
	return f.access() != nothing && !strings.HasSuffix(string(f), "state")
}

// isInactive reports whether a word is said of a user who must not have access.
func isInactive(word string) bool {
	return slices.Contains([]string{"inactive", "disabled", "blocked", "suspended", "locked", "deactivated", "deleted", "banned", "terminated", "archived",
		"closed", "expired", "left", "former", "resigned", "retired", "revoked", "offboarded", "deprovisioned", "off", "false", "no", "0"}, word)
}
