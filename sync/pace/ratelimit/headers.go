// Package ratelimit reads what the headers of an answer say about the pace of calls:
// Retry-After, RateLimit and RateLimit-Policy, and their older and vendor-specific forms.
//
// It keeps no state and knows no clock but the one that it is given: package pace decides
// when the next call may start. Start at Read.
package ratelimit

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How the names of headers begin, as net/http spells them.
const (
	kardQuota   = "Kard-Api-Usage-Quota-"
	vendorLimit = "X-Ratelimit-"
)

// Advice is what an answer's headers say about the next call.
type Advice struct {
	Wait      time.Duration // before the next call; 0 if the API asks for none
	Source    string        // the header that asks for it
	PerSecond float64       // the rate that the API grants; 0 if it does not say
	Pace      float64       // calls per second until PaceEnds has passed; 0 if the API does not say
	PaceEnds  time.Duration
}

// Read reads, in this order: Retry-After in both forms (RFC 9110
// 10.2.3) or as an epoch, Kard-Api-Usage-Quota-*, X-RateLimit-* with a reset in seconds or as
// an epoch, RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-
// headers; only limits on requests) and their older RateLimit-Remaining and -Reset. It
// ignores malformed headers, as that draft requires.
func Read(status int, h http.Header, now time.Time) Advice {
	if !mentionsLimits(h) { // as most answers
		return Advice{}
	}
	theirs := func() time.Time { return serverTime(h, now) } // most answers ask for no wait, and need no time
	l := readLimits(h)
	a := Advice{PerSecond: l.granted, Pace: l.pace, PaceEnds: l.paceEnds}
	if n, ok := number(h.Get(kardQuota + "Capacity")); ok && n >= 1 {
		a.PerSecond = n / 60 // it is per minute
	}
	exhausted := status == http.StatusTooManyRequests
	if status >= 400 {
		a.ask("Retry-After", retryAfter(h.Get("Retry-After"), theirs))
	}
	if a.Wait > 0 {
		return a
	}
	quota := func(prefix string) {
		if r, ok := number(h.Get(prefix + "Remaining")); exhausted && !ok || ok && r <= 0 {
			a.ask(prefix+"Reset", resetIn(h.Get(prefix+"Reset"), theirs))
		}
	}
	quota(kardQuota)
	quota(vendorLimit)
	quota("Ratelimit-")
	a.ask("RateLimit", l.wait)
	return a
}

// mentionsLimits reports whether there is any of the headers that Read looks for.
func mentionsLimits(h http.Header) bool {
	for name := range h {
		if name == "Retry-After" || strings.HasPrefix(name, kardQuota) || strings.HasPrefix(name, vendorLimit) || strings.HasPrefix(name, "Ratelimit") {
			return true
		}
	}
	return false
}

// ask keeps the longest wait.
func (a *Advice) ask(source string, wait time.Duration) {
	if wait > a.Wait {
		a.Wait, a.Source = wait, source
	}
}

// serverTime returns the API's time, because the epochs and dates it sends follow
// its own clock.
func serverTime(h http.Header, now time.Time) time.Time {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		return t
	}
	return now
}

func retryAfter(text string, now func() time.Time) time.Duration {
	if _, ok := number(text); ok {
		return resetIn(text, now)
	}
	if t, err := http.ParseTime(text); err == nil {
		return max(t.Sub(now()), 0)
	}
	return 0
}

// epochFrom is the smallest number that is an epoch in seconds and not a number of
// seconds from now: as a wait it would be more than 30 years.
const epochFrom = 1e9

func resetIn(text string, now func() time.Time) time.Duration {
	n, ok := number(text)
	switch {
	case !ok:
		return 0
	case n >= epochFrom*1000:
		return max(time.UnixMilli(int64(n)).Sub(now()), 0)
	case n >= epochFrom:
		return max(time.Unix(int64(n), 0).Sub(now()), 0)
	}
	return seconds(n)
}

// number reads a number that is neither negative nor absurdly large.
func number(text string) (float64, bool) {
	if text == "" { // as in most answers
		return 0, false
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return n, err == nil && n >= 0 && n < 1e15
}

func seconds(n float64) time.Duration {
	const century = 100 * 365 * 24 * 3600
	return time.Duration(min(n, century) * float64(time.Second))
}
