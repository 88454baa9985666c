package kard

import (
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/user"
)

const (
	cardLinked     = "CARDLINKED"
	onlyCardLinked = `["CARDLINKED"]`
	rewardsLine    = "enrolled_rewards: {value: [CARDLINKED]}"
)

// CheckColumns reports, before a run, whether the input has the fields that op
// needs. Kard requires enrolled_rewards, and an empty one would remove every user
// from every program. Its error is a *user.InvalidError.
func (c *Client) CheckColumns(fields []user.Field, op user.Op) error {
	if op == user.Delete || slices.Contains(fields, user.EnrolledRewards) {
		return nil
	}
	return user.NewInvalidError("missing_column", user.EnrolledRewards,
		"Kard requires it for every user, and the input has neither a column nor a value for it",
		"add this line under fields: in the config: "+rewardsLine)
}

// Check reports whether Kard would refuse the record, as a *user.InvalidError. For
// a delete it checks only the id.
func (c *Client) Check(r *user.Record) error {
	var faults user.Faults
	faults.Add(destination.CheckID(r.User.ID))
	if r.Op == user.Delete {
		return faults.Err()
	}
	enrolled := false
	for i := range r.User.Attributes {
		a := &r.User.Attributes[i]
		faults.Add(c.checkAttribute(a))
		enrolled = enrolled || a.Field == user.EnrolledRewards
	}
	if len(r.User.Secrets) > 0 {
		faults.Add(unknown(r.User.Secrets[0].Field))
	}
	if !enrolled {
		faults.Add(user.NewInvalidError("missing_field", user.EnrolledRewards, "Kard requires it for every user",
			"fill the column, or add this line under fields: in the config: "+rewardsLine))
	}
	return faults.Err()
}

func unknown(f user.Field) error {
	return user.NewInvalidError("unsupported_field", f, "Kard has no such attribute", "leave the column out, or list it under ignore: in the config")
}

func (c *Client) checkAttribute(a *user.Attribute) error {
	if a.Value.Kind == user.Clear {
		return user.NewInvalidError("cannot_clear", a.Field, "Kard has no documented way to clear an attribute", "remove empty: clear from its mapping")
	}
	switch a.Field {
	case user.EnrolledRewards:
		return checkRewards(a.Value)
	case user.HistoricalTransactionsSent:
		if _, err := a.Value.Bool(); err != nil {
			return user.NewInvalidError("bad_boolean", a.Field, err.Error(), "")
		}
		return nil
	case user.Phone, user.HashedEmail, user.Email, user.BirthYear, user.ZipCode:
		return c.checkText(a)
	}
	return unknown(a.Field)
}

func checkRewards(v user.Value) error {
	if v.Text == cardLinked || v.Text == onlyCardLinked {
		return nil
	}
	list, err := v.List()
	switch {
	case err != nil && strings.TrimSpace(v.Text) == "":
		return user.NewInvalidError("blank_rewards", user.EnrolledRewards, "must not be blank", "write CARDLINKED, or [] to enroll the user in no program")
	case err != nil:
		return user.NewInvalidError("bad_list", user.EnrolledRewards, err.Error(), "write CARDLINKED, or [] to enroll the user in no program")
	}
	for _, reward := range list {
		if reward != cardLinked {
			return user.NewInvalidError("bad_reward", user.EnrolledRewards, "may only hold CARDLINKED", "write CARDLINKED, or [] to enroll the user in no program")
		}
	}
	return nil
}

func (c *Client) checkText(a *user.Attribute) error {
	text, err := a.Value.Plain()
	switch {
	case err != nil:
		return user.NewInvalidError("bad_text", a.Field, err.Error(), "")
	case a.Field == user.Phone && !c.anyPhone && !isE164(text):
		return user.NewInvalidError("bad_phone", a.Field, "must be in E.164 form, such as +14155552671", `map it with e164(COLUMN, "US")`)
	case a.Field == user.HashedEmail && !isHash(text):
		return user.NewInvalidError("bad_hash", a.Field, "must be a SHA-256 in 64 lower-case hexadecimal digits", "map it with hashed_email(COLUMN) from the plain address")
	}
	return nil
}

// isE164 reports whether s is + and 2 to 15 digits, of which the first is not 0
// (ITU-T E.164 6.2).
func isE164(s string) bool {
	if len(s) < 3 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isHash(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == 64
}
