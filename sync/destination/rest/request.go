package rest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"

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
// attempt must be a call of its own, with its own token from the limiter.
func (c *Client) request(ctx context.Context, r Request, token bearer) *http.Request {
	header := http.Header{"User-Agent": c.agent, "Accept": c.mediaNow()}
	if token.header != nil {
		header[token.name] = token.header
	}
	out := c.body(r.Append)
	if r.Append != nil {
		header["Content-Type"] = c.mediaNow()
	}
	maps.Copy(header, r.Header)
	c.learned.condition(r.Method, header)
	request := &http.Request{
		Method: r.Method, URL: c.url(r.Path, r.Query), Host: c.base.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: out, ContentLength: int64(out.reader.Len()),
	}
	if c.sign != nil {
		c.sign(request, out.bytes)
	}
	return request.WithContext(ctx)
}

func (c *Client) url(segments []string, query string) *url.URL {
	u := *c.base
	u.RawQuery = query
	plain, escaped := strings.TrimRight(u.Path, "/"), strings.TrimRight(u.EscapedPath(), "/")
	for _, s := range segments {
		plain += "/" + s
		escaped += "/" + escape(s)
	}
	u.Path, u.RawPath = plain, escaped
	return &u
}

// escape makes s one path segment. A segment of only dots would be resolved away
// (RFC 3986 5.2.4), so its dots are escaped too.
func escape(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// body is a request's body. Its bytes return to the pool when the transport closes
// it, which may be after the answer (RoundTripper allows that).
type body struct {
	mu     sync.Mutex
	reader bytes.Reader
	bytes  []byte
	closed bool
	pool   *sync.Pool
}

func (c *Client) body(appendTo func([]byte) []byte) *body {
	out := &body{pool: &c.requests}
	if appendTo != nil {
		if kept, ok := c.requests.Get().(*[]byte); ok {
			out.bytes = (*kept)[:0]
		}
		out.bytes = appendTo(out.bytes)
	}
	out.reader.Reset(out.bytes)
	return out
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, io.ErrClosedPipe
	}
	return b.reader.Read(p)
}

// Close returns the bytes to the pool, once.
func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if kept := b.bytes; cap(kept) > 0 && cap(kept) <= keptBytes {
		b.pool.Put(&kept)
	}
	b.closed, b.bytes = true, nil
	return nil
}
