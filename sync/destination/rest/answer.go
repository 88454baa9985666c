package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

const (
	maxAnswer = 16 << 20 // bytes; a hundred users are about 25 KB
	keptBytes = 1 << 20  // larger buffers are not kept for the next call
)

// Answer is one answer, read to its end. It is not safe for concurrent use.
type Answer struct {
	Status int
	Header http.Header
	// Body is valid until Release.
	Body      []byte
	RequestID string

	client  *Client
	records []*user.Record // those of the call
	buffer  *bytes.Buffer
	err     error             // why the body ended early
	ended   func(code string) // says how the call ended
}

// Release returns the body's bytes to the pool. Call it once.
func (a *Answer) Release() {
	if a.buffer != nil && a.buffer.Cap() <= keptBytes {
		a.client.answers.Put(a.buffer)
	}
	a.buffer, a.Body = nil, nil
}

// Words returns the words of the API that may be shown.
func (a *Answer) Words() *vocabulary.Vocabulary { return a.client.words }

// Fail returns a fault of the whole call that the client found in the answer.
// detail must be fit to be shown already. Problem details say more than a bare status.
func (a *Answer) Fail(fault destination.Fault, code, detail string) *destination.CallError {
	if a.Status/100 != 2 {
		code, detail = a.explained(code, detail, a.records)
	}
	if a.ended != nil {
		a.ended(code)
	}
	return &destination.CallError{
		Fault: fault, Status: a.Status, Code: code, Detail: detail, RequestID: a.RequestID, SaysExists: a.saysExists(), After: retryAfter(a.Header, time.Now()),
	}
}

// fail adds what the answer says to ce, and releases the answer.
func (a *Answer) fail(r Request, ce *destination.CallError) *destination.CallError {
	defer a.Release()
	ce.RequestID = a.RequestID
	if a.err == nil {
		ce.Detail, ce.SaysExists = a.client.words.Clean(a.text(), "", r.Records...), a.saysExists()
	}
	return ce
}

// hangUpOnUpgrade closes the connection of an answer 101. Its body is the bare
// connection, and a read of that would ignore the timeout and the end of the run.
func hangUpOnUpgrade(response *http.Response) {
	if response.StatusCode == http.StatusSwitchingProtocols {
		_ = response.Body.Close() // there was nothing to read
		response.Body = http.NoBody
	}
}

func (c *Client) read(response *http.Response) *Answer {
	buffer, ok := c.answers.Get().(*bytes.Buffer)
	if !ok {
		buffer = new(bytes.Buffer)
	}
	buffer.Reset()
	if n := response.ContentLength; n > 0 && n <= keptBytes {
		buffer.Grow(int(n) + bytes.MinRead) // one read finds the end, without growing
	}
	n, err := buffer.ReadFrom(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && n > maxAnswer {
		err = errTooLarge
	}
	body := buffer.Bytes()
	if err == nil {
		body, err = plain(body, response.Header)
	}
	return &Answer{
		Status: response.StatusCode, Header: response.Header, Body: body, RequestID: requestID(response.Header),
		client: c, buffer: buffer, err: err,
	}
}

var errTooLarge = errors.New("the answer is larger than 16 MiB")

// truncated returns the fault of an answer of which only a part came: what it said
// about the users is unknown, whatever its status.
func truncated(ctx context.Context, err error, status int) *destination.CallError {
	if errors.Is(err, errTooLarge) {
		return &destination.CallError{Status: status, Code: "too_large", Err: errTooLarge}
	}
	ce := broken(ctx, err, true)
	if ce.Status = status; ce.Code != "canceled" && ce.Code != "timeout" && ce.Code != "reset" {
		ce.Code = "cut_answer"
	}
	return ce
}

// checkRequestID drops an id that repeats a value of the records. A UUID is random.
func (a *Answer) checkRequestID(records []*user.Record) {
	if a.RequestID != "" && !isUUID(a.RequestID) && vocabulary.Holds(a.RequestID, records...) {
		a.RequestID = ""
	}
}

func isUUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		switch c := id[i] | ' '; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if id[i] != '-' {
				return false
			}
		case (c < '0' || '9' < c) && (c < 'a' || 'f' < c):
			return false
		}
	}
	return true
}

var requestIDs = [...]string{"X-Request-Id", "X-Amzn-Requestid", "X-Correlation-Id", "X-Amz-Cf-Id", "Cf-Ray"}

// requestID returns the first well-formed id that the API gave the call.
func requestID(h http.Header) string {
	for _, name := range requestIDs {
		if values := h[name]; len(values) > 0 && len(values[0]) <= 80 && wellFormed(values[0]) {
			return values[0]
		}
	}
	return ""
}

func wellFormed(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == ':', c == '=':
		default:
			return false
		}
	}
	return id != ""
}
