package scim

import (
	"bytes"
	"context"
	"net/http"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/destination/scim/internal/target"
	"usersync/sync/user"
)

// bulk sends many users in one call. It does not make a call that is larger than the
// server accepts: it refuses it as the server would.
func (c *Client) bulk(ctx context.Context, op user.Op, records []*user.Record) ([]user.Outcome, error) {
	text := c.buffer()
	defer c.buffers.Put(text)
	*text = c.appendBulk((*text)[:0], op, records)
	size := int64(len(*text))
	if most := c.config.Features.MaxPayload; most > 0 && size > most && len(records) > 1 {
		return nil, &destination.CallError{Fault: destination.RefusedWhole, Status: http.StatusRequestEntityTooLarge, Code: codeTooLarge}
	}
	a, err := c.api.Do(ctx, rest.Request{
		Method: http.MethodPost, Path: []string{c.config.bulkPath()}, Collection: true, Header: accept, Records: records,
		Append: func(b []byte) []byte { return append(b, *text...) },
	})
	if err != nil {
		return nil, err
	}
	defer a.Release()
	if a.Status == http.StatusRequestEntityTooLarge {
		c.size.shrink(size)
	}
	return c.bulkOutcomes(a, op, records)
}

const codeTooLarge = "too_large" // more bytes than the server accepts in one call

func (c Config) bulkPath() string {
	if c.Upload {
		return "bulkUpload"
	}
	return "Bulk"
}

func (e *encoder) appendBulk(b []byte, op user.Op, records []*user.Record) []byte {
	b = append(b, bulkHead...)
	for i, r := range records {
		b = e.appendOperation(b, op, i, r)
	}
	return append(b, bulkTail...)
}

func (c *Client) buffer() *[]byte {
	if kept, ok := c.buffers.Get().(*[]byte); ok {
		return kept
	}
	return new([]byte)
}

// bulkOutcomes returns the outcomes of a call for many users.
func (d *decoder) bulkOutcomes(a *rest.Answer, op user.Op, records []*user.Record) ([]user.Outcome, error) {
	silent := user.Outcome{Status: user.InDoubt, Code: user.CodeNoAnswer, HTTP: a.Status, RequestID: a.RequestID}
	success := a.Status/100 == 2
	list, whole, err := readBulk(a.Body)
	switch {
	case err != nil && success && len(bytes.TrimSpace(a.Body)) > 0:
		return nil, a.Fail(destination.PerhapsTaken, "not_json", "")
	case len(list) == 0 && !success:
		return nil, refusal(a, whole, records)
	case success && whole.isError():
		silent.Code, silent.Detail = user.CodeContradiction, whole.detail(d.config.REST.Words, records...)
	case a.Status == http.StatusAccepted:
		silent.Status, silent.Code = user.Accepted, ""
	case len(list) == 0 && a.Status != http.StatusOK:
		silent.Code = destination.StatusCode(a.Status)
	}
	return d.outcomes(op, records, list, silent), nil
}

// refusal is a call that was refused as a whole. 405 means that there is no Bulk at
// all, for which no user is to blame.
func refusal(a *rest.Answer, whole body, records []*user.Record) error {
	s := reply{status: a.Status, body: whole}
	fault := destination.RefusedWhole
	if a.Status == http.StatusMethodNotAllowed {
		fault = destination.Denied
	}
	return a.Fail(fault, s.code(a.Words(), records...), s.detail(a.Words(), records...))
}

// operation is one element of a BulkResponse's Operations (RFC 7644 3.7).
type operation struct {
	Method   jsontext.Value `json:"method"`
	BulkID   jsontext.Value `json:"bulkId"`
	Location jsontext.Value `json:"location"`
	Path     jsontext.Value `json:"path"`
	Status   jsontext.Value `json:"status"`
	Response jsontext.Value `json:"response"`
}

// readBulk reads a BulkResponse, or an error in its place.
func readBulk(text []byte) ([]operation, body, error) {
	var answer struct {
		body
		Operations jsontext.Value `json:"Operations"`
	}
	if jsontext.Value(text).Kind() != '{' {
		return nil, body{}, target.ErrStructure
	}
	if err := json.Unmarshal(text, &answer, lenient); err != nil {
		return nil, body{}, err
	}
	if answer.Operations.Kind() != '[' {
		return nil, answer.body, nil
	}
	var elements []jsontext.Value
	if err := json.Unmarshal(answer.Operations, &elements, lenient); err != nil {
		return nil, body{}, err
	}
	list := make([]operation, len(elements))
	for i, e := range elements {
		if e.Kind() != '{' {
			continue
		}
		if err := json.Unmarshal(e, &list[i], lenient); err != nil {
			return nil, body{}, err
		}
	}
	return list, answer.body, nil
}

// outcomes gives every user the outcome of its operation, and silent to users that the
// answer does not mention.
func (d *decoder) outcomes(op user.Op, records []*user.Record, list []operation, silent user.Outcome) []user.Outcome {
	outcomes := make([]user.Outcome, len(records))
	for i, at := range d.assign(op, records, list) {
		r := records[i]
		switch {
		case at == unnamed:
			outcomes[i] = silent
			outcomes[i].Record = r
		case at == twice:
			outcomes[i] = user.Outcome{Record: r, Status: user.InDoubt, Code: user.CodeContradiction, HTTP: silent.HTTP, RequestID: silent.RequestID}
		default:
			outcomes[i] = within(silent.HTTP, d.outcome(op, r, list[at].reply(silent.RequestID)))
		}
	}
	return outcomes
}

// within limits an outcome by the status of the whole answer: in one that refuses the
// call, a success proves nothing.
func within(status int, o user.Outcome) user.Outcome {
	switch {
	case o.HTTP/100 != 2 || o.Status == user.InDoubt:
	case status == http.StatusAccepted:
		o.Status, o.Code = user.Accepted, ""
	case status/100 != 2:
		o.Status, o.Code, o.Remote = user.InDoubt, user.CodeContradiction, ""
	}
	return o
}

// reply returns what the operation says about its user.
func (o *operation) reply(request string) reply {
	s := reply{status: number(o.Status), location: resource.Scalar(o.Location), request: request}
	if o.Response.Kind() == '{' && s.read(o.Response) != nil {
		s.body = body{}
	}
	if s.status == 0 {
		s.status = number(s.Status)
	}
	return s
}

// payload is the largest Bulk call in bytes, as learned from a 413.
type payload struct{ learned atomic.Int64 } // 0 is no limit

// limit returns that, or the server's own limit if it is lower; 0 is none.
func (p *payload) limit(stated int64) int64 {
	if learned := p.learned.Load(); learned > 0 && (stated == 0 || learned < stated) {
		return learned
	}
	return stated
}

// shrink records that a call of this size was too large.
func (p *payload) shrink(size int64) {
	for {
		most := p.learned.Load()
		if half := max(size/2, 1); most > 0 && most <= half || p.learned.CompareAndSwap(most, half) {
			return
		}
	}
}

// Fits returns how many of b's records, from the first, one call can carry, given the
// server's limit and what it has refused as too large; at least 1.
func (c *Client) Fits(b user.Batch) int {
	most := c.size.limit(c.config.Features.MaxPayload)
	if most == 0 || len(b.Records) < 2 {
		return len(b.Records)
	}
	text := c.buffer()
	defer c.buffers.Put(text)
	size := int64(len(bulkHead) + len(bulkTail))
	for i, r := range b.Records {
		*text = c.appendOperation((*text)[:0], b.Op, i, r)
		if size += int64(len(*text)); size > most {
			return max(i, 1)
		}
	}
	return len(b.Records)
}
