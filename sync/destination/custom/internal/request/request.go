// Package request writes calls: their path, query, headers and body, as templates in the
// config that are filled from users.
//
// It makes no call, and knows nothing of what an answer means. Start at Decoder for what a
// config can say, and at Request.Build for a call.
package request

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

var (
	errBytes   = errors.New("the call would be larger than max_bytes; a smaller batch: avoids such attempts")
	errInvalid = errors.New("a user of the call does not fit its template")
)

// Common is what all calls to an API have in common.
type Common struct {
	Account string // for {account}; may be empty
	Headers []Pair // of every call
}

// Request is how one kind of call is written. Decoder reads it; after that it is safe for
// concurrent use.
type Request struct {
	Method string
	Batch  int // users that a call carries at most

	path     []Template // its segments
	query    []Pair
	headers  []Pair
	item     node // one user in a body that carries several, or nil
	body     node // nil sends none
	maxBytes int
	named    []user.Field // the names in its placeholders, also those that are not fields
	needs    []user.Field // the names in its path
}

// Pair is the name and text of a header or parameter.
type Pair struct {
	name   string
	value  Template
	secret bool
}

// Text returns the text where neither user nor account are known.
func (p Pair) Text() (string, error) {
	text, _, err := p.value.fill(&row{})
	return text, err
}

// Build fills the request for the users of one call. Its error is a *destination.CallError:
// nothing was sent.
func (q *Request) Build(c Common, records []*user.Record) (rest.Request, error) {
	r := rest.Request{Method: q.Method, Records: records, Header: http.Header{}}
	query, err := q.address(&r, c, q.newRow(c, records[0]))
	if err != nil {
		return r, err
	}
	r.Query = query.Encode()
	if q.body == nil {
		return r, nil
	}
	body, err := q.encode(c, records, false)
	switch {
	case err != nil:
		return r, refused(0, "unfit", errInvalid)
	case q.maxBytes > 0 && len(body) > q.maxBytes:
		return r, refused(http.StatusRequestEntityTooLarge, "too_many_bytes", errBytes)
	}
	r.Append = func(b []byte) []byte { return append(b, body...) }
	return r, nil
}

// refused returns the fault of a call that was not made. With status 413 the
// middleware splits the batch.
func refused(status int, code string, err error) *destination.CallError {
	return &destination.CallError{Fault: destination.RefusedWhole, Status: status, Code: code, Err: err}
}

// address fills in path, query and headers.
func (q *Request) address(r *rest.Request, c Common, row *row) (url.Values, error) {
	for _, t := range q.path {
		text, has, err := t.fill(row)
		if err != nil || !has {
			return nil, refused(0, "unfit", errInvalid)
		}
		r.Path = append(r.Path, text)
	}
	query := url.Values{}
	for _, p := range q.query {
		text, has, err := p.value.fill(row)
		if err != nil {
			return nil, refused(0, "unfit", errInvalid)
		}
		if has {
			query.Set(p.name, text)
		}
	}
	for _, p := range slices.Concat(c.Headers, q.headers) {
		text, has, err := p.value.fill(row)
		if err != nil || !httpguts.ValidHeaderFieldValue(text) {
			return nil, refused(0, "unfit", errInvalid)
		}
		if has {
			r.Header[p.name] = []string{text}
		}
	}
	return query, nil
}

// encode encodes the users into one body. Its error is a *form.InvalidError.
func (q *Request) encode(c Common, records []*user.Record, masked bool) ([]byte, error) {
	envelope := q.newRow(c, records[0])
	envelope.masked, envelope.item, envelope.users = masked, q.item, records
	return encode(make([]byte, 0, bytesPerUser*len(records)), q.body, envelope)
}

const bytesPerUser = 256 // a guess that saves copies

// Several reports whether the body has a place for several users.
func (q *Request) Several() bool { return q.item != nil }

// HasBody reports whether a body is sent.
func (q *Request) HasBody() bool { return q.body != nil }

// OfUser reports whether the path belongs to one user.
func (q *Request) OfUser() bool { return slices.ContainsFunc(q.path, Template.ofUser) }

// Needs reports whether the path names f, so that there is no call without it.
func (q *Request) Needs(f user.Field) bool { return slices.Contains(q.needs, f) }

// Names returns the names that its placeholders, and those of its answer, have: fields of a
// user, and others such as Remote. The caller must not change them.
func (q *Request) Names() []user.Field { return q.named }

// Fields returns the fields of a user among Names, each once.
func (q *Request) Fields() []user.Field {
	var fields []user.Field
	for _, f := range q.named {
		if !reserved(f) && !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields
}
