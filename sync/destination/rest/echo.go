package rest

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// shortSecret is the length below which a secret is not redacted: it could be part
// of an id, and a changed id belongs to someone else.
const shortSecret = 8

// redactBody removes the token that the call was sent with from the answer: some
// servers quote it, and what an answer says goes to results and logs.
func (b bearer) redactBody(a *Answer) {
	if secret := b.secret(); secret != "" && bytes.Contains(a.Body, []byte(secret)) {
		a.Body = bytes.ReplaceAll(a.Body, []byte(secret), []byte("[token]"))
	}
}

// dropHeaders removes the headers that hold the token.
func (b bearer) dropHeaders(h http.Header) {
	secret := b.secret()
	if secret == "" {
		return
	}
	for name, values := range h {
		if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, secret) }) {
			delete(h, name)
		}
	}
}

// secret returns the token, or "" if there is none to hide.
func (b bearer) secret() string {
	if len(b.hide) < shortSecret {
		return ""
	}
	return b.hide
}
