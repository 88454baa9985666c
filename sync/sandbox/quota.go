package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Quota is how many users calls per minute are let through. It refills continuously, and saves up at most one minute's worth.
type Quota struct {
	PerMinute int           // 0 is no quota
	Headers   []HeaderStyle // how the caller is told; empty means the API's own way
}

// HeaderStyle is one of the ways in which APIs tell callers about a quota.
type HeaderStyle string

// The styles. The two Retry-After ones come with a 429 only, the others with every answer.
const (
	KardHeaders    HeaderStyle = "kard"              // Kard-Api-Usage-Quota-{Capacity,Remaining,Reset}, Reset in seconds
	RetryAfter     HeaderStyle = "retry-after"       // seconds
	RetryAfterDate HeaderStyle = "retry-after-date"  // an HTTP date
	RateLimitEpoch HeaderStyle = "x-ratelimit-epoch" // X-RateLimit-{Limit,Remaining,Reset}, Reset in Unix seconds
	RateLimitDelta HeaderStyle = "x-ratelimit-delta" // the same, Reset in seconds from now
	IETF           HeaderStyle = "ietf"              // RateLimit-Policy and RateLimit
	NoHeaders      HeaderStyle = "none"              // 429 and nothing more
)

// HeaderStyles lists the styles, for help texts.
func HeaderStyles() []HeaderStyle {
	return []HeaderStyle{KardHeaders, RetryAfter, RetryAfterDate, RateLimitEpoch, RateLimitDelta, IETF, NoHeaders}
}

// ParseHeaderStyles reads styles with commas between them.
func ParseHeaderStyles(text string) ([]HeaderStyle, error) {
	var list []HeaderStyle
	for name := range strings.SplitSeq(text, ",") {
		list = append(list, HeaderStyle(strings.TrimSpace(name)))
	}
	return list, Quota{Headers: list}.check()
}

func (q Quota) check() error {
	for _, style := range q.Headers {
		if !slices.Contains(HeaderStyles(), style) {
			return fmt.Errorf("sandbox: there is no quota header style %q; use one or more of %v", style, HeaderStyles())
		}
	}
	return nil
}

// quota is the token bucket of a Quota.
type quota struct {
	Quota
	mu   sync.Mutex
	left float64
	last time.Time
}

// allow takes one call from the quota, or answers 429.
func (q *quota) allow(c *call) bool {
	if q.PerMinute <= 0 {
		return true
	}
	ok, left, wait := q.take(time.Now())
	q.writeHeaders(c.w.Header(), left, wait)
	if !ok {
		if slices.Contains(q.Headers, RetryAfter) || slices.Contains(q.Headers, RetryAfterDate) {
			q.writeRetryAfter(c.w.Header(), wait)
		}
		c.refuse(http.StatusTooManyRequests, "The quota is used up")
	}
	return ok
}

// take returns how many calls are left, and the time until one is let through again; 0 if one is now.
func (q *quota) take(now time.Time) (ok bool, left int, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	full := float64(q.PerMinute)
	if q.last.IsZero() {
		q.left, q.last = full, now
	}
	q.left = min(full, q.left+full*now.Sub(q.last).Minutes())
	q.last = now
	if ok = q.left >= 1; ok {
		q.left--
	}
	if q.left < 1 {
		wait = time.Duration((1 - q.left) / full * float64(time.Minute))
	}
	return ok, int(q.left), wait
}

func (q *quota) styles() []HeaderStyle {
	if len(q.Headers) == 0 {
		return []HeaderStyle{NoHeaders}
	}
	return q.Headers
}

// writeHeaders writes the headers of every answer.
func (q *quota) writeHeaders(h http.Header, left int, wait time.Duration) {
	limit, remaining, reset := strconv.Itoa(q.PerMinute), strconv.Itoa(left), strconv.Itoa(seconds(wait))
	for _, style := range q.styles() {
		switch style {
		case KardHeaders:
			set(h, "Kard-Api-Usage-Quota-", "Capacity", limit, "Remaining", remaining, "Reset", reset)
		case RateLimitEpoch:
			epoch := strconv.FormatInt(roundUp(time.Now().Add(wait)).Unix(), 10)
			set(h, "X-Ratelimit-", "Limit", limit, "Remaining", remaining, "Reset", epoch)
		case RateLimitDelta:
			set(h, "X-Ratelimit-", "Limit", limit, "Remaining", remaining, "Reset", reset)
		case IETF:
			h.Set("RateLimit-Policy", `"default";q=`+limit+`;w=60`)
			h.Set("RateLimit", `"default";r=`+remaining+`;t=`+reset)
		}
	}
}

// writeRetryAfter writes when to come back, as a date if that is one of the styles.
func (q *quota) writeRetryAfter(h http.Header, wait time.Duration) {
	if slices.Contains(q.Headers, RetryAfterDate) {
		h.Set("Retry-After", roundUp(time.Now().Add(wait)).UTC().Format(http.TimeFormat))
	} else {
		h.Set("Retry-After", strconv.Itoa(seconds(wait)))
	}
}

func set(h http.Header, prefix string, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		h[prefix+pairs[i]] = []string{pairs[i+1]}
	}
}

// seconds rounds up: a Retry-After must not be too short.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func roundUp(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second) }
