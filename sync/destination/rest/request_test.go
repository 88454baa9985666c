package rest

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestEachSegmentIsOne(t *testing.T) {
	var got string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.RequestURI }, func(c *Config) { c.BaseURL += "/api/" })
	for id, want := range map[string]string{
		"plain-1":  "plain-1",
		"a/b":      "a%2Fb",
		`a\b`:      "a%5Cb",
		"a?b=c":    "a%3Fb=c",
		"a#b":      "a%23b",
		"a%2Fb":    "a%252Fb",
		".":        "%2E",
		"..":       "%2E%2E",
		"a b;c,d":  "a%20b%3Bc%2Cd",
		"käse":     "k%C3%A4se",
		"a+b@c:d&": "a+b@c:d&",
	} {
		if ce := do(t, t.Context(), c, Request{Method: "GET", Path: []string{"users", id}}); ce != nil {
			t.Fatal(ce)
		}
		if got != "/api/users/"+want {
			t.Errorf("%q went as %s, want %s", id, got, want)
		}
	}
}

func TestRequestOnTheWire(t *testing.T) {
	var got *http.Request
	var sent []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		sent, _ = io.ReadAll(r.Body)
	}, func(c *Config) { c.Version = "1.2.3" })
	for _, r := range []Request{post, {Method: "GET", Path: []string{"u", "1"}}, {Method: "DELETE", Path: []string{"u", "1"}}} {
		if ce := do(t, t.Context(), c, r); ce != nil {
			t.Fatal(ce)
		}
		body, kind := "", ""
		if r.Append != nil {
			body, kind = string(r.Append(nil)), "application/json"
		}
		if string(sent) != body || got.ContentLength != int64(len(body)) || len(got.TransferEncoding) > 0 || got.Header.Get("Content-Type") != kind {
			t.Errorf("%s: sent %q, length %d, encoding %v, type %q", r.Method, sent, got.ContentLength, got.TransferEncoding, got.Header.Get("Content-Type"))
		}
		if got.Proto != "HTTP/1.1" || got.UserAgent() != "usersync/1.2.3" || got.Header.Get("Authorization") != "Bearer static-token" {
			t.Errorf("%s: %s %v", r.Method, got.Proto, got.Header)
		}
	}
}

// A POST without a body says that it has none: some servers refuse one that does not.
func TestPostWithoutABody(t *testing.T) {
	var got *http.Request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r })
	if ce := do(t, t.Context(), c, Request{Method: "POST", Path: []string{"u"}}); ce != nil {
		t.Fatal(ce)
	}
	if got.Header.Get("Content-Length") != "0" && !slices.Equal(got.TransferEncoding, []string{"chunked"}) {
		t.Errorf("length %q, encoding %v", got.Header.Get("Content-Length"), got.TransferEncoding)
	}
}

func TestConnectionIsKept(t *testing.T) {
	addresses := map[string]bool{}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		addresses[r.RemoteAddr] = true
		w.WriteHeader([]int{200, 409, 500, 429}[len(r.URL.Path)%4])
		io.WriteString(w, strings.Repeat("x", 100<<10))
	})
	for i := range 8 {
		do(t, t.Context(), c, Request{Method: "POST", Path: []string{strings.Repeat("a", i+1)}, Append: text("{}")})
	}
	if len(addresses) != 1 {
		t.Errorf("%d connections for 8 calls in a row", len(addresses))
	}
}

// What one call adds to the headers is not in the next.
func TestAHeaderIsOfOneCall(t *testing.T) {
	var got http.Header
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header })
	own := post
	own.Header = http.Header{"Idempotency-Key": {"1"}, "Accept": {"text/plain"}}
	for _, want := range []struct {
		call        Request
		key, accept string
	}{{post, "", "application/json"}, {own, "1", "text/plain"}, {post, "", "application/json"}} {
		if ce := do(t, t.Context(), c, want.call); ce != nil {
			t.Fatal(ce)
		}
		if got.Get("Idempotency-Key") != want.key || got.Get("Accept") != want.accept {
			t.Errorf("a call with %v has %v", want.call.Header, got)
		}
	}
}
