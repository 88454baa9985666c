package sandbox

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// bodyLimit is generous: a hundred users of the size in the reference take 25 kB.
const bodyLimit = 16 << 20

// Op is what a call does. Faults can be restricted to one.
type Op uint8

const (
	AnyOp Op = iota // every users call, but not the token call
	Create
	Update
	Delete
	Read
	Token // issues an access token
	other // a path or method that the API does not have, or a redirect that was followed
	ops
)

// String is the word used in faults and in the state.
func (o Op) String() string {
	return [ops]string{"any", "create", "update", "delete", "read", "token", "other"}[o]
}

// call is one request on its way to one answer. Calls are pooled with their buffers.
type call struct {
	exchange
	server   *Server
	op       Op
	number   uint64        // among all calls, from 1, in order of arrival
	since    time.Duration // since the first call's arrival
	injected []*compiled
	status   int // the status that the API has decided on, before the faults after it
	counted  bool

	key       string // the user in the path
	bulk      bool   // the answer is about several users
	api       *Call  // nil for Kard
	items     []item
	errors    []itemError
	malformed *problem
	slots     [256]uint8
}

// exchange is the request and the answer.
type exchange struct {
	w    http.ResponseWriter
	r    *http.Request
	body []byte
	out  []byte
}

func (s *Server) begin(w http.ResponseWriter, r *http.Request) *call {
	c := s.calls.Get().(*call)
	c.server, c.w, c.r, c.op = s, w, r, other
	return c
}

// countAnswer counts the call's answer. It runs before anything is sent, so a caller that has the answer finds it in the state.
func (c *call) countAnswer(status int) {
	if !c.counted {
		c.counted = true
		c.server.counters.finish(c.op, status)
	}
}

// end also runs if a panic hung up the connection.
func (s *Server) end(c *call) {
	c.countAnswer(0)
	clear(c.items)
	clear(c.errors)
	*c = call{exchange: exchange{body: c.body[:0], out: c.out[:0]}, injected: c.injected[:0], items: c.items[:0], errors: c.errors[:0]}
	if cap(c.body) <= 1<<20 && cap(c.out) <= 1<<20 {
		s.calls.Put(c)
	}
}

// read reads the whole body; it returns false if the body is over the limit. A truncated body is treated as malformed JSON.
func (c *call) read() bool {
	c.body = c.body[:0]
	if n := c.r.ContentLength; n > int64(cap(c.body)) && n <= 1<<20 {
		c.body = make([]byte, 0, n+512)
	}
	for len(c.body) <= bodyLimit {
		if len(c.body) == cap(c.body) {
			c.body = append(c.body, 0)[:len(c.body)]
		}
		n, err := c.r.Body.Read(c.body[len(c.body):cap(c.body)])
		c.body = c.body[:len(c.body)+n]
		if err == io.EOF {
			return true
		}
		if err != nil {
			c.malformed = &problem{detail: "The body could not be read to its end"}
			return true
		}
	}
	return false
}

// answer sends out with the given status. Nothing may be sent after it.
func (c *call) answer(status int) {
	c.send(status, c.out, c.server.answerType)
}

func (c *call) send(status int, body []byte, contentType []string) {
	h := c.w.Header()
	if len(body) > 0 {
		h["Content-Type"] = contentType
	}
	if status != http.StatusNoContent {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	c.countAnswer(status)
	c.w.WriteHeader(status)
	// A write fails only if the caller has hung up, and then there is no one to tell.
	_, _ = c.w.Write(body)
}

// refuse answers the whole call with one error that names no user.
func (c *call) refuse(status int, detail string) {
	if c.api != nil {
		c.refuseAs(Refusal{Status: status, Detail: detail})
		return
	}
	c.out = appendErrors(c.out[:0], errorObject{status: status, detail: detail})
	c.answer(status)
}

// refuseUser answers a call about one user with an error that names the user.
func (c *call) refuseUser(status int, detail, pointer string) {
	id, _ := jsontext.AppendQuote(nil, c.key)
	c.out = appendErrors(c.out[:0], errorObject{status: status, detail: detail, pointer: pointer, rawID: id})
	c.answer(status)
}

// wait waits for d, or until the caller hangs up; it reports which.
func (c *call) wait(d time.Duration) (waited bool) {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.r.Context().Done():
		return false
	}
}

var jsonType = []string{"application/json"}
