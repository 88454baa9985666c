package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"usersync/reader/source"
)

// rate is a ceiling of calls. Its zero value says that none was given.
type rate struct {
	perSecond float64
	unlimited bool
}

func (r rate) given() bool { return r.unlimited || r.perSecond > 0 }

var errRate = errors.New("must be a number of calls such as 16/s, 1000/m, 50 (a second) or unlimited")

func parseRate(s string) (rate, error) {
	if s == "unlimited" {
		return rate{unlimited: true}, nil
	}
	number, unit, found := strings.Cut(s, "/")
	per, known := map[string]float64{"s": 1, "m": 60}[unit]
	if !found {
		per, known = 1, true
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || !(n > 0) || math.IsInf(n, 0) {
		return rate{}, errRate
	}
	return rate{perSecond: n / per}, nil
}

// share is a number of records, or a percentage of those read.
type share struct {
	count   int
	percent float64
}

var errShare = errors.New("must be a number of records such as 25, or a percentage such as 0.5%")

func parseShare(s string) (share, error) {
	if number, found := strings.CutSuffix(s, "%"); found {
		p, err := strconv.ParseFloat(number, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return share{}, errShare
		}
		return share{percent: p}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return share{}, errShare
	}
	return share{count: n}, nil
}

// covers reports whether n of total records are within the share.
func (s share) covers(n, total int) bool {
	return n <= s.count || float64(n) <= s.percent/100*float64(total)
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, errors.New("must be true or false")
}

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, errors.New("must be a time such as 30s, 15m or 1h30m, and more than 0")
	}
	return d, nil
}

// parseCount returns a parser of whole numbers of at least least.
func parseCount(least int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least {
			return 0, errors.New("must be a whole number of at least " + strconv.Itoa(least))
		}
		return n, nil
	}
}

func parseRateOrAuto(s string) (rate, error) {
	if s == "auto" {
		return rate{}, nil
	}
	return parseRate(s)
}

// parseDelimiter returns 0 for auto.
func parseDelimiter(s string) (rune, error) {
	switch s {
	case "auto":
		return 0, nil
	case "tab", `\t`:
		return '\t', nil
	}
	r, size := utf8.DecodeRuneInString(s)
	if size != len(s) || size == 0 || r == utf8.RuneError || strings.ContainsRune("\"\r\n", r) {
		return 0, errors.New("must be one character, tab or auto")
	}
	return r, nil
}

func parseCharset(s string) (string, error) {
	if s == "auto" {
		return s, nil
	}
	return s, source.CheckCharset(s)
}
