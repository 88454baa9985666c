// Package onbo is a mock server for Onbo's users API (by Stilt), with the faults, quota and state of sync/sandbox: create, update, read, list and
// delete, one user per call. It assigns the users' keys.
//
// It is written from Onbo's API reference and shares nothing with the client. Where the reference leaves a choice, a field of API decides. The body
// of errors and DELETE are known only from a third-party client. It has no applications and stores no reports: it checks that a report is gzip in
// base64, and drops it.
//
// Start with API, which goes into sandbox.Options.
package onbo

import (
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"usersync/sync/sandbox"
)

// Secret is a secret for both sides in tests and in the sandbox. It protects nothing.
const Secret = "2acf04c3-48d1-456f-a54e-1a4251814478"

// API is Onbo's. The zero value has no secret: it does not decrypt SSNs, so it cannot tell that two users have the same one, and it does not check
// signatures. It is safe for concurrent use.
type API struct {
	Secret       string           // of the only client; decrypts SSNs and, with sandbox.Options.RequireAuth, checks signatures
	Seconds      bool             // EPOCH is in seconds, not milliseconds; the reference does not say
	Taken        int              // the status for an SSN that another user has; not documented; 0 is 409
	WholeAddress bool             // an update replaces all lines of the address; not documented
	Now          func() time.Time // nil is time.Now
}

const collection = "/v1/users"

// Traits returns the facts about Onbo. An expired signature is answered 403; no header announces a quota.
func (API) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "onbo", Title: "Onbo's users API", Vendor: "Onbo", Expired: http.StatusForbidden}
}

// Error returns the body of an error, in the shape that a third-party client reads.
func (API) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	return encode(struct {
		Message string `json:"message"`
	}{r.Detail})
}

// Read sets the call's operation and key, or refuses the call.
func (a API) Read(c *sandbox.Call) *sandbox.Refusal {
	rest, ok := strings.CutPrefix(c.Path, collection)
	if !ok || rest != "" && rest[0] != '/' {
		return &sandbox.Refusal{Status: http.StatusNotFound, Detail: "Not found"}
	}
	if rest != "" {
		key, err := url.PathUnescape(rest[1:])
		if err != nil || key == "" || strings.Contains(rest[1:], "/") || !utf8.ValidString(key) {
			return &sandbox.Refusal{Status: http.StatusNotFound, Detail: "Not found"}
		}
		c.Key = key
	}
	op, ok := operations[operation{c.Method, c.Key != ""}]
	if !ok {
		return &sandbox.Refusal{Status: http.StatusMethodNotAllowed, Detail: "Method not allowed"}
	}
	c.Op = op
	if op == sandbox.Create || op == sandbox.Update {
		nameUser(c)
	}
	return nil
}

type operation struct {
	method string
	one    bool
}

var operations = map[operation]sandbox.Op{
	{http.MethodPost, false}: sandbox.Create, {http.MethodGet, false}: sandbox.Read,
	{http.MethodPut, true}: sandbox.Update, {http.MethodGet, true}: sandbox.Read, {http.MethodDelete, true}: sandbox.Delete,
}

// nameUser sets the user's id for the faults: the e-mail in a create, and otherwise the key.
func nameUser(c *sandbox.Call) {
	u, _ := parse(c.Body) // Apply reports what is wrong with it, after the faults
	item := sandbox.Item{ID: c.Key}
	if u.Email != nil {
		item.Personal = append(item.Personal, *u.Email)
		if c.Key == "" {
			item.ID = *u.Email
		}
	}
	if u.Phone != nil {
		item.Personal = append(item.Personal, *u.Phone)
	}
	c.Items = append(c.Items, item)
}

func (a API) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// Apply carries out the call.
func (a API) Apply(c *sandbox.Call) sandbox.Answer {
	switch c.Op {
	case sandbox.Create:
		return a.create(c)
	case sandbox.Update:
		return a.update(c)
	case sandbox.Delete:
		return a.remove(c)
	}
	if c.Key == "" {
		return a.list(c)
	}
	return a.find(c)
}
