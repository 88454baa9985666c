package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// The paths of the Kard API, version 2024-10-01. There is no PATCH, no list, no search, no bulk update and no bulk delete.
const (
	tokenPath   = "/v2/auth/token"
	issuersPath = "/v2/issuers/"
	usersName   = "users"
)

// kardAPI is the server playing the Kard API.
type kardAPI struct{ *Server }

// route determines what the call does. If the API has no such path or method it returns the status and detail to answer with, otherwise 0. A
// percent-encoded slash does not end a segment.
func (s kardAPI) route(c *call, path string) (status int, detail string) {
	if path == tokenPath {
		return c.method(route{http.MethodPost, Token})
	}
	rest, isIssuer := strings.CutPrefix(path, issuersPath)
	organization, rest, _ := strings.Cut(rest, "/")
	if !isIssuer || !s.organization(organization) {
		return http.StatusNotFound, "There is nothing at this path, or no such organization"
	}
	name, segment, isUser := strings.Cut(rest, "/")
	if name != usersName || strings.Contains(segment, "/") {
		return http.StatusNotFound, "There is nothing at this path"
	}
	if !isUser {
		return c.method(route{http.MethodPost, Create})
	}
	id, err := url.PathUnescape(segment)
	if err != nil || id == "" || !utf8.ValidString(id) {
		return http.StatusBadRequest, "The user id in the path is empty or not percent-encoded UTF-8"
	}
	c.key = id
	return c.method(route{http.MethodPut, Update}, route{http.MethodDelete, Delete}, route{http.MethodGet, Read})
}

func (s kardAPI) organization(segment string) bool {
	name, err := url.PathUnescape(segment)
	return err == nil && name != "" && (s.options.Organization == "" || name == s.options.Organization)
}

type route struct {
	method string
	op     Op
}

func (c *call) method(allowed ...route) (status int, detail string) {
	for _, a := range allowed {
		if a.method == c.r.Method {
			c.op = a.op
			return 0, ""
		}
	}
	for _, a := range allowed {
		c.w.Header().Add("Allow", a.method)
	}
	return http.StatusMethodNotAllowed, "This path does not take this method"
}

// parse reads what the operation needs from the body. It keeps errors for later, because faults come first.
func (s kardAPI) parse(c *call) {
	if c.malformed != nil {
		return
	}
	p := parser{scanner: scanner{buf: c.body}, call: c, server: s.Server}
	switch c.op {
	case Create:
		p.envelope(p.batch)
	case Update:
		p.envelope(p.single)
	}
}

// apply does what the call asks for and answers, injecting faults on the way.
func (s kardAPI) apply(c *call) {
	if c.malformed != nil {
		c.out = appendErrors(c.out[:0], errorObject{status: http.StatusBadRequest, detail: c.malformed.detail, pointer: c.malformed.pointer})
		c.answer(http.StatusBadRequest)
		return
	}
	if s.inject.poisoned(c) {
		return
	}
	switch c.op {
	case Create:
		s.create(c)
	case Update:
		s.update(c)
	case Delete:
		s.remove(c)
	case Read:
		s.find(c)
	}
}

// deliver sends the answer of a call that is done, unless a fault prevents it.
func (s *Server) deliver(c *call, status int) {
	c.status = status
	if !s.inject.endCall(c, After) {
		c.answer(status)
	}
}
