package custom

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

var (
	errTooMany = errors.New("the call would carry more users than its batch: allows")
	errBytes   = errors.New("the call would be larger than max_bytes; a smaller batch: avoids such attempts")
	errInvalid = errors.New("a user of the call does not fit its template")
)

// Apply sends b in one call. It does not send users whose key in the API is needed
// and not known. Its error is a *destination.CallError.
func (c *Client) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	n := c.config.of(b.Op)
	switch {
	case len(b.Records) == 0:
		return nil, nil
	case n == nil || len(b.Records) > n.batch:
		return nil, refusedHere(0, "too_many", errTooMany)
	}
	outcomes := make([]user.Outcome, len(b.Records))
	var send []*user.Record
	for i, r := range b.Records {
		outcomes[i] = user.Outcome{Record: r, Status: user.Invalid, Code: user.CodeUnknownRemote}
		if r.Remote != "" || !slices.Contains(n.named, refRemote) {
			send = append(send, r)
		}
	}
	if len(send) == 0 {
		return outcomes, nil
	}
	part, err := c.sendAll(ctx, n, b.Op, send)
	if err != nil {
		return nil, err
	}
	for i := range outcomes {
		if len(part) > 0 && outcomes[i].Record == part[0].Record {
			outcomes[i], part = part[0], part[1:]
		}
	}
	return outcomes, nil
}

// sendAll makes the call, with those for users who return.
func (c *Client) sendAll(ctx context.Context, n *call, op user.Op, records []*user.Record) ([]user.Outcome, error) {
	if c.config.reactivate == nil || op != user.Update && !n.upsert || !slices.ContainsFunc(records, c.config.returns) {
		return c.send(ctx, n, op, records)
	}
	return c.sendReturning(ctx, n, op, records)
}

// refusedHere returns the fault of a call that was not made. With status 413 the
// middleware splits the batch.
func refusedHere(status int, code string, err error) *destination.CallError {
	return &destination.CallError{Fault: destination.RefusedWhole, Status: status, Code: code, Err: err}
}

func (c *Client) send(ctx context.Context, n *call, op user.Op, records []*user.Record) ([]user.Outcome, error) {
	request, err := c.request(n, records)
	if err != nil {
		return nil, err
	}
	a, err := c.api.Do(ctx, request)
	if err != nil {
		return nil, n.answer.withMeaning(err)
	}
	defer a.Release()
	a.Body = c.redact(a.Body)
	if ce := a.WebPage(); ce != nil {
		return nil, ce
	}
	s := settlement{reading{call: n, op: op, records: records, api: &c.description}}
	return s.settle(a)
}

// request builds the call. Its error is a *destination.CallError: nothing was sent.
func (d *description) request(n *call, records []*user.Record) (rest.Request, error) {
	r := rest.Request{Method: n.method, Records: records, Collection: n.collection(), Header: http.Header{}}
	row := d.newRow(n, records[0], 0)
	query, err := d.address(&r, n, row)
	if err != nil {
		return r, err
	}
	r.Query = query.Encode()
	if n.body == nil {
		return r, nil
	}
	body, err := d.body(n, records, false)
	switch {
	case err != nil:
		return r, refusedHere(0, "unfit", errInvalid)
	case n.maxBytes > 0 && len(body) > n.maxBytes:
		return r, refusedHere(http.StatusRequestEntityTooLarge, "too_many_bytes", errBytes)
	}
	r.Append = func(b []byte) []byte { return append(b, body...) }
	return r, nil
}

// address fills in path, query and headers.
func (d *description) address(r *rest.Request, n *call, row *row) (url.Values, error) {
	for _, t := range n.path {
		text, has, err := t.fill(row)
		if err != nil || !has {
			return nil, refusedHere(0, "unfit", errInvalid)
		}
		r.Path = append(r.Path, text)
	}
	query := url.Values{}
	for _, p := range n.query {
		text, has, err := p.value.fill(row)
		if err != nil {
			return nil, refusedHere(0, "unfit", errInvalid)
		}
		if has {
			query.Set(p.name, text)
		}
	}
	for _, p := range slices.Concat(d.config.headers, n.headers) {
		text, has, err := p.value.fill(row)
		if err != nil || !headerSafe(text) {
			return nil, refusedHere(0, "unfit", errInvalid)
		}
		if has {
			r.Header[p.name] = []string{text}
		}
	}
	return query, nil
}

func (d *description) newRow(n *call, r *user.Record, place int) *row {
	return &row{record: r, n: place, account: d.config.Account, named: n.named}
}

// body encodes the users into one body. Its error is an *invalidValue.
func (d *description) body(n *call, records []*user.Record, masked bool) ([]byte, error) {
	envelope := d.newRow(n, records[0], 0)
	envelope.masked, envelope.item, envelope.users = masked, n.item, records
	return encode(make([]byte, 0, bytesPerUser*len(records)), n.body, envelope)
}

const bytesPerUser = 256 // a guess that saves copies

// encode appends a node, or an empty object if the user has none of its fields.
func encode(b []byte, piece node, r *row) ([]byte, error) {
	b, sent, err := piece.append(b, r)
	if err == nil && !sent {
		b = append(b, "{}"...)
	}
	return b, err
}

// redact removes the secrets that the config puts into headers from an answer: some
// servers quote what they were sent.
func (d *description) redact(body []byte) []byte {
	for _, secret := range d.config.hidden {
		if bytes.Contains(body, []byte(secret)) {
			body = bytes.ReplaceAll(body, []byte(secret), []byte("[secret]"))
		}
	}
	return body
}

// bodyText returns what the body of a fault says.
func (d *description) bodyText(body []byte) string {
	body = d.redact(body)
	v, err := jsontree.Parse(body)
	if err != nil {
		return rest.PlainText(body)
	}
	for _, n := range d.config.calls() {
		if text := n.answer.errorText(v); text != "" {
			return text
		}
	}
	return ""
}

// errorText returns what the answer says, wherever its messages are.
func (w *answer) errorText(v *jsontree.Value) string {
	r := reading{call: &call{answer: *w}}
	var said []string
	if text := r.note(v, &w.top, "").detail; text != "" {
		said = append(said, text)
	}
	for _, l := range []*entries{w.errors, w.results} {
		if l == nil {
			continue
		}
		at, ok := l.at.In(v)
		if !ok {
			continue
		}
		elements, _ := at.List()
		for i := range elements {
			if text := r.note(&elements[i], &l.locations, "").detail; text != "" {
				said = append(said, text)
			}
		}
	}
	return strings.Join(said, "; ")
}
