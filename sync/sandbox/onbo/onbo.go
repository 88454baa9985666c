// Package onbo rehearses Onbo's users API (by Stilt) behind sync/sandbox's faults, quota and state: create, update, read, list and delete, one user
// a call, with keys of its own making.
//
// It is written from Onbo's API reference and shares nothing with the client. Where the reference is silent a field of API chooses. The body of an
// error and DELETE are known from a client of a third party only. It keeps no applications and no reports: it looks whether a report is gzip in
// base64, and forgets it.
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

// Secret is one that a rehearsal can use on both sides. It guards nothing.
const Secret = "2acf04c3-48d1-456f-a54e-1a4251814478"

// API is Onbo's. The zero value knows no secret: it takes sealed SSNs as they are, so that it finds no two users with the same one, and cannot tell
// a right signature from a wrong one.
type API struct {
	Secret       string           // of the one client; opens SSNs and, under sandbox.Options.RequireAuth, checks signatures
	Seconds      bool             // EPOCH is in seconds, not milliseconds; the reference does not say
	Taken        int              // the status for an SSN that another user has; not documented; 0 is 409
	WholeAddress bool             // an update's address takes the place of the old one with all its lines; not documented
	Now          func() time.Time // nil is time.Now
}

const collection = "/v1/users"

// Traits are the facts about Onbo. Signatures that are too old are answered 403; no header tells of a quota.
func (API) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "onbo", Title: "Onbo's users API", Vendor: "Onbo", Expired: http.StatusForbidden}
}

// Error has the shape that a client of a third party reads.
func (API) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	return encode(struct {
		Message string `json:"message"`
	}{r.Detail})
}

// Read finds out what the call is for.
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

// name names the user for the faults: by the e-mail in a create, by the key else.
func nameUser(c *sandbox.Call) {
	u, _ := parse(c.Body) // what is wrong with it is said by Apply, behind the faults
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

// Apply does what the call asks for.
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
