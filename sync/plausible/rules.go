// Package plausible knows what the value of a field looks like, whatever API it is sent to:
// an e-mail address, a phone number, a year or date of birth, a postcode. What an API
// requires besides, its client checks.
//
// It also knows what is done with a value that does not look like one. It reads no files and
// makes no calls. Start at Check and Policy.
package plausible

import (
	"strconv"
	"strings"
	"time"

	"usersync/sync/user"
)

// Check returns why the text cannot be a value of the field, as a *user.InvalidError; nil if
// it can, or if nothing is known about the field. Now is the time of the run.
func Check(f user.Field, text string, now time.Time) error {
	switch f {
	case user.Email:
		return invalidUnless(user.IsEmail(text), "bad_email", f, "must be one e-mail address, such as name@example.com", "")
	case user.Phone:
		return invalidUnless(isPhone(text), "bad_phone", f, "must be a phone number, such as +14155552671", `map it with e164(COLUMN, "US")`)
	case user.BirthYear:
		return invalidUnless(isBirthYear(text, now), "bad_year", f, "must be a year of four digits, from 1900 to this one", `map a date with date(COLUMN, "MM/DD/YYYY", "YYYY")`)
	case user.DateOfBirth:
		return invalidUnless(isBirthDate(text, now), "bad_date", f, "must be a date with a year of four digits, from 1900 to today", `map it with date(COLUMN, "MM/DD/YYYY", "YYYY-MM-DD")`)
	case user.ZipCode:
		return invalidUnless(isPostcode(text), "bad_zip", f, "must be a postcode: letters, digits, blanks and dashes, with at least one digit", "check whether a spreadsheet or a program changed it")
	}
	return nil
}

func invalidUnless(holds bool, code string, f user.Field, rule, hint string) error {
	if holds {
		return nil
	}
	return user.NewInvalidError(code, f, rule, hint)
}

// isPhone reports whether text is a phone number as people write it, with 3 to 20 digits and
// perhaps an extension.
func isPhone(text string) bool {
	if plain := strings.TrimPrefix(text, "+"); len(plain) >= 3 && len(plain) <= 20 && strings.Trim(plain, "0123456789") == "" {
		return true
	}
	rest := strings.ToLower(strings.TrimPrefix(strings.ToLower(text), "tel:"))
	for _, word := range []string{";ext=", "extension", "ext.", "ext", "x", "#"} {
		rest = strings.Replace(rest, word, " ", 1)
	}
	digits := len(rest) - len(strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, rest))
	return digits >= 3 && digits <= 20 && strings.Trim(rest, "0123456789+()-./ \u00a0\u2010\u2011\u2013") == "" && !strings.HasSuffix(rest, ".0") && strings.LastIndex(rest, "+") <= 1
}

// isBirthYear reports whether text is a year of four digits that a living person can be born
// in.
func isBirthYear(text string, now time.Time) bool {
	year, err := strconv.Atoi(text)
	return err == nil && len(text) == 4 && earliest <= year && (year < settled || year <= now.Year())
}

const (
	earliest = 1900 // year of a birth
	settled  = 2000 // no run is from before it, so an earlier year needs no look at the calendar
)

// isBirthDate reports whether text is a day that a living person can be born on, in any of
// the usual forms.
func isBirthDate(text string, now time.Time) bool {
	for _, form := range []string{
		"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "1/2/2006", "2/1/2006", "2.1.2006", "1-2-2006", "2-1-2006",
		"2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "2-Jan-2006", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	} {
		day, err := time.Parse(form, text)
		if err == nil && day.Year() >= earliest && !day.After(now.AddDate(0, 0, 1)) {
			return true
		}
	}
	return false
}

// isPostcode reports whether text can be a postcode of any country.
func isPostcode(text string) bool {
	digit := false
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			digit = true
		case r != ' ' && r != '-' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z'):
			return false
		}
	}
	return digit && 2 <= len(text) && len(text) <= 12
}
