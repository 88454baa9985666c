package onbo

import (
	"slices"
	"strings"
	"time"

	"usersync/sync/user"
)

// sent returns the record as Onbo gets it: each value in Onbo's form, if it can be
// converted. These are the values that the API may quote.
func (c *Client) sent(r *user.Record) *user.Record {
	out := *r
	out.User.Attributes = make([]user.Attribute, len(r.User.Attributes))
	for i, a := range r.User.Attributes {
		if text, err := a.Value.Plain(); err == nil && a.Value.Kind != user.Clear {
			a.Value = user.TextValue(c.form(a.Field, text))
		}
		out.User.Attributes[i] = a
	}
	out.User.Secrets = slices.Clone(r.User.Secrets)
	for i, s := range out.User.Secrets {
		if digits, ok := nineDigits(s.Value.Reveal()); ok && s.Field == user.SSN {
			out.User.Secrets[i].Value = user.NewSecret(digits)
		}
	}
	return &out
}

func (c *Client) form(f user.Field, text string) string {
	switch f {
	case user.Phone:
		if digits, ok := usPhone(text); ok {
			return digits
		}
	case user.DateOfBirth:
		if born, ok := readDate(text); ok {
			return born.Format(c.config.Date.layout())
		}
	case user.Country:
		if isUnitedStates(text) {
			return c.config.Country
		}
	case user.State:
		return strings.ToUpper(text)
	}
	return text
}

func (d Date) layout() string {
	if d == Dashes {
		return "2006-01-02"
	}
	return "2006/01/02"
}

// usPhone returns the ten digits of a number of the United States. An area and an
// exchange begin with 2 to 9 (North American Numbering Plan).
func usPhone(text string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.()", r) {
			return -1
		}
		return r
	}, text)
	if national, ok := strings.CutPrefix(digits, "+1"); ok {
		digits = national
	} else if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	}
	if len(digits) != 10 || !onlyDigits(digits) || digits[0] < '2' || digits[3] < '2' {
		return "", false
	}
	return digits, true
}

// dateForms are unambiguous: if the month is a number, the year comes before it and
// the day after it.
var dateForms = [...]string{"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006"}

func readDate(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, form := range dateForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func isUnitedStates(text string) bool {
	text = strings.ToUpper(strings.Join(strings.Fields(strings.ReplaceAll(text, ".", "")), " "))
	switch strings.TrimPrefix(text, "THE ") {
	case "US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA":
		return true
	}
	return false
}
