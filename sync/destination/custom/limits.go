package custom

import (
	"net/http"
	"strconv"

	"usersync/sync/destination/custom/internal/document"
)

// limits holds the names of the headers with the API's limits; "" if there is none.
type limits struct {
	limit, remaining, reset, retryAfter string
	window                              int // seconds to which limit applies
}

func (l *limits) decode(a document.Node) error {
	return document.Keys{
		"limit": document.Into(&l.limit), "remaining": document.Into(&l.remaining), "reset": document.Into(&l.reset),
		"retry_after": document.Into(&l.retryAfter), "window_seconds": document.Count(&l.window, 1),
	}.Read(a)
}

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
