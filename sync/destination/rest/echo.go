package rest

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// shortSecret: what is shorter may well be part of an id, and an id that is
// changed is somebody else's.
const shortSecret = 8

// forget takes out of an answer the token that the call was sent with: some
// servers quote it, and what an answer says goes to results and logs.
func (b bearer) redactBody(a *Answer) {
	if secret := b.secret(); secret != "" && bytes.Contains(a.Body, []byte(secret)) {
		a.Body = bytes.ReplaceAll(a.Body, []byte(secret), []byte("[token]"))
	}
}

// forgetIn drops the headers that hold the token.
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

// secret is the token, or nothing if there is none to hide.
func (b bearer) secret() string {
	if len(b.hide) < shortSecret {
		return ""
	}
	return b.hide
}
