package custom

import (
	"net/http"
	"strconv"

	"usersync/sync/user"
)

// observer passes the API's own headers about limits to see, under their usual
// names: Retry-After, X-RateLimit-* and RateLimit-Policy.
func (l limits) observer(see func(int, http.Header)) func(int, http.Header) {
	switch {
	case see == nil:
		return func(int, http.Header) {}
	case l == limits{}:
		return see
	}
	return func(status int, h http.Header) { see(status, l.standard(h)) }
}

func (l limits) standard(theirs http.Header) http.Header {
	h := theirs.Clone()
	for name, own := range map[string]string{
		"Retry-After": l.retryAfter, "X-Ratelimit-Remaining": l.remaining, "X-Ratelimit-Reset": l.reset,
	} {
		if text := theirs.Get(own); own != "" && text != "" {
			h.Set(name, text)
		}
	}
	if most, err := strconv.Atoi(theirs.Get(l.limit)); l.limit != "" && l.window > 0 && err == nil && most > 0 {
		h.Set("RateLimit-Policy", "custom;q="+strconv.Itoa(most)+";w="+strconv.Itoa(l.window))
	}
	return h
}

// reportLimits tells the pace if entries of the answer say that the API is busy, and
// for how long.
func (s *settlement) reportLimits() {
	longest, busy := "", false
	for _, notes := range s.notes {
		for _, n := range notes {
			if s.statusFor(n.means) != user.Busy {
				continue
			}
			busy = busy || n.status == http.StatusTooManyRequests || n.after != ""
			if seconds(n.after) >= seconds(longest) {
				longest = n.after
			}
		}
	}
	if busy {
		h := http.Header{}
		if longest != "" {
			h.Set("Retry-After", longest)
		}
		s.api.observe(http.StatusTooManyRequests, h)
	}
}

func seconds(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}
