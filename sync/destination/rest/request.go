package rest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"usersync/sync/user"
)

// Request is one call.
type Request struct {
	Method string
	// Path holds the segments after the base URL, unescaped. The server sees
	// each as one segment, whatever it holds.
	Path []string
	// Query is the encoded query, without its question mark.
	Query string
	// Header is sent besides the client's own headers, each name as spelled here.
	Header http.Header
	// Append appends the JSON body and returns the extended slice; nil sends no
	// body. Its argument may be a slice that earlier calls used.
	Append func([]byte) []byte
	// Collection says that a 404 means a wrong address and not a missing user.
	Collection bool
	// Records are those whose values must not be shown in what the API says.
	Records []*user.Record
}

// request builds what goes to the transport. GetBody stays nil, and the body is
// never nil even if empty: from these net/http decides whether it may silently
// resend a call on another connection (RoundTripper's "idempotent requests"). Every
// attempt must be a call of its own, with its own token from the limiter. From a
// bytes.Reader it knows that it need not write the headers ahead of the body.
func (c *Client) request(ctx context.Context, r Request, token bearer) (request *http.Request, body []byte) {
	out := c.body(r.Append)
	request = new(http.Request).WithContext(ctx)
	request.Method, request.URL, request.Host, request.Header = r.Method, c.url(r.Path, r.Query), c.base.Host, c.header(ctx, r, token)
	request.Proto, request.ProtoMajor, request.ProtoMinor = "HTTP/1.1", 1, 1
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(out)), int64(len(out))
	if r.Append == nil && saysNoLength(r.Method) {
		request.TransferEncoding = identity
	}
	if c.sign != nil {
		c.sign(request, out)
	}
	return request, out
}

// identity is how an empty body is sent. Without it net/http starts a goroutine and a timer for
// each such call, to find out whether the body is empty.
var identity = []string{"identity"}

// saysNoLength reports whether a call without a body goes without a length. A POST must say that
// its length is 0.
func saysNoLength(method string) bool {
	return method == http.MethodGet || method == http.MethodDelete || method == http.MethodHead
}

func (c *Client) url(segments []string, query string) *url.URL {
	u := *c.base
	u.RawQuery = query
	if u.RawPath != "" || slices.ContainsFunc(segments, needsEscape) {
		u.RawPath = joined(u.EscapedPath(), segments, escape)
	}
	u.Path = joined(u.Path, segments, nil)
	return &u
}

// joined appends segments to a path, each as change returns it; nil changes none.
func joined(path string, segments []string, change func(string) string) string {
	path = strings.TrimRight(path, "/")
	size := len(path)
	for _, s := range segments {
		size += 1 + len(s)
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(path)
	for _, s := range segments {
		if change != nil {
			s = change(s)
		}
		b.WriteByte('/')
		b.WriteString(s)
	}
	return b.String()
}

func needsEscape(s string) bool { return escape(s) != s }

// escape makes s one path segment. A segment of only dots would be resolved away
// (RFC 3986 5.2.4), so its dots are escaped too.
func escape(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// body returns a request's body. It is its own copy: the transport may still read it after
// the answer (RoundTripper allows that).
func (c *Client) body(appendTo func([]byte) []byte) []byte {
	if appendTo == nil {
		return nil
	}
	scratch, ok := c.requests.Get().(*[]byte)
	if !ok {
		scratch = new([]byte)
	}
	*scratch = appendTo((*scratch)[:0])
	out := bytes.Clone(*scratch)
	if cap(*scratch) <= keptBytes {
		c.requests.Put(scratch)
	}
	return out
}
