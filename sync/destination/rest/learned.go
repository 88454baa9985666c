package rest

import (
	"net/http"
	"slices"
	"sync/atomic"

	"usersync/sync/destination"
)

// learned is what the answers showed that the API wants. Each is learned once, from a
// call that the API did not look at: that call is NotTaken, and the middleware makes
// it again, through the limiter. It is safe for concurrent use.
type learned struct {
	// plainJSON: the API refuses the media type of its own standard (415).
	plainJSON atomic.Bool
	// conditional: the API changes users only by conditional calls (428).
	conditional atomic.Bool
	// allowed: some call had a success, so a 403 is not about the credentials alone.
	allowed atomic.Bool
}

var (
	jsonMedia = []string{"application/json"}
	anyState  = []string{"*"} // RFC 9110 13.1.1: the user must exist, in whatever state
)

// media returns the type of bodies and answers.
func (c *Client) mediaNow() []string {
	if c.learned.plainJSON.Load() {
		return jsonMedia
	}
	return c.media
}

// condition returns the condition that the API requires of a change; nil if it requires none.
func (l *learned) condition(method string) []string {
	if l.conditional.Load() && changes(method) {
		return anyState
	}
	return nil
}

// changes reports whether the method changes what is there already.
func changes(method string) bool {
	return method == http.MethodPut || method == http.MethodPatch || method == http.MethodDelete
}

// learn returns the fault of a call that has to be made again in the way that its answer
// asks for; nil if nothing was learned from it.
func (c *Client) learn(sent *http.Request, response *http.Response) *destination.CallError {
	l := &c.learned
	again := func(code string) *destination.CallError {
		return &destination.CallError{Fault: destination.NotTaken, Status: response.StatusCode, Code: code}
	}
	switch status := response.StatusCode; {
	case status/100 == 2:
		l.allowed.Store(true)
	case status == http.StatusUnsupportedMediaType && slices.Equal(sent.Header["Content-Type"], c.media) && !slices.Equal(c.media, jsonMedia):
		l.plainJSON.Store(true)
		return again("media_type")
	case status == http.StatusPreconditionRequired && changes(sent.Method) && sent.Header["If-Match"] == nil:
		l.conditional.Store(true)
		return again("conditional")
	case status == http.StatusForbidden && l.allowed.Load():
		if ce := statusFault(response, nil); ce.After > 0 {
			ce.Fault = destination.NotTaken
			return ce
		}
	}
	return nil
}
