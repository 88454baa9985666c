// Package quantity reads quantities as a person writes them: rates, shares, counts, times and
// the like. Every error says what a value must look like, and does not repeat it.
//
// It knows no settings: package config does. Start at Rate.
package quantity

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"usersync/reader/dialect"
	"usersync/reader/source"
)

// Rate is the highest number of calls per second. The zero value is not given.
type Rate struct {
	PerSecond float64
	Unlimited bool
}

// Given reports whether the rate was set, to a number or to unlimited.
func (r Rate) Given() bool { return r.Unlimited || r.PerSecond > 0 }

var errRate = errors.New("must be a number of calls such as 16/s, 1000/m, 50 (per second) or unlimited")

func parseRate(s string) (Rate, error) {
	if s == "unlimited" {
		return Rate{Unlimited: true}, nil
	}
	number, unit, found := strings.Cut(s, "/")
	per, known := map[string]float64{"s": 1, "m": 60}[unit]
	if !found {
		per, known = 1, true
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || !(n > 0) || math.IsInf(n, 0) {
		return Rate{}, errRate
	}
	return Rate{PerSecond: n / per}, nil
}

// Share is a number of records, or a percentage of those read.
type Share struct {
	Count   int
	Percent float64
}

var errShare = errors.New("must be a number of records such as 25, or a percentage such as 0.5%")

// ParseShare parses a number such as 25, or a percentage such as 0.5%.
func ParseShare(s string) (Share, error) {
	if number, found := strings.CutSuffix(s, "%"); found {
		p, err := strconv.ParseFloat(number, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return Share{}, errShare
		}
		return Share{Percent: p}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return Share{}, errShare
	}
	return Share{Count: n}, nil
}

// Covers reports whether n of total records are within the share.
func (s Share) Covers(n, total int) bool {
	return n <= s.Count || float64(n) <= s.Percent/100*float64(total)
}

// String returns the share as typed.
func (s Share) String() string {
	if s.Percent > 0 {
		return fmt.Sprintf("%g%%", s.Percent)
	}
	return fmt.Sprint(s.Count)
}

// ParseBool parses true, yes, on or 1, and false, no, off or 0, in any letter case.
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, errors.New("must be true or false")
}

// ParseDuration parses a time such as 30s or 15m, which must be longer than 0.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, errors.New("must be a time such as 30s, 15m or 1h30m, and more than 0")
	}
	return d, nil
}

// ParseCount returns a parser of whole numbers that are at least least.
func ParseCount(least int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least {
			return 0, errors.New("must be a whole number of at least " + strconv.Itoa(least))
		}
		return n, nil
	}
}

// ParseCountOrAuto is ParseCount for a number that can be auto, which is 0.
func ParseCountOrAuto(least int) func(string) (int, error) {
	return func(s string) (int, error) {
		if s == "auto" {
			return 0, nil
		}
		n, err := ParseCount(least)(s)
		if err != nil {
			return 0, fmt.Errorf("%w, or auto", err)
		}
		return n, nil
	}
}

// ParseRateOrAuto parses a rate; auto is the zero Rate.
func ParseRateOrAuto(s string) (Rate, error) {
	if s == "auto" {
		return Rate{}, nil
	}
	return parseRate(s)
}

// ParseDelimiter parses one character or several, which may be written like \x01, or the name
// of one. It returns an empty text for auto.
func ParseDelimiter(s string) (string, error) {
	switch s {
	case "auto":
		return "", nil
	case "tab":
		return "\t", nil
	}
	var b strings.Builder
	for s != "" {
		r, _, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil || s[0] != '\\' || s == `\` || r == 0 {
			var size int
			r, size = utf8.DecodeRuneInString(s)
			rest = s[size:]
		}
		b.WriteRune(r)
		s = rest
	}
	if !dialect.ValidText(b.String()) {
		return "", errors.New("must be one character, several that are not letters, digits or quotes, tab or auto")
	}
	return b.String(), nil
}

// ParseCharset parses the name of a character set that files can have; auto is empty.
func ParseCharset(s string) (string, error) {
	if s == "auto" {
		return s, nil
	}
	return s, source.CheckCharset(s)
}

const day = 24 * time.Hour

// ParseDays parses a duration, or a number of days such as 90d. It must be at least a
// day, because someone may still use a younger run.
func ParseDays(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(n) * day
		if n > 36500 {
			err = strconv.ErrRange
		}
	}
	if err != nil || d < day {
		return 0, errors.New("must be a day or more, such as 90d or 36h")
	}
	return d, nil
}
