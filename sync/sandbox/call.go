package sandbox

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// bodyLimit is generous: a hundred users of the reference's size are 25 kB.
const bodyLimit = 16 << 20

// Op is what a call does. Faults can be restricted to one.
type Op uint8

const (
	AnyOp Op = iota // every users call, but not the token call
	Create
	Update
	Delete
	Read
	Token // gives out an access token
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
	server  *Server
	op      Op
	number  uint64        // of all calls, from 1, in the order of arrival
	since   time.Duration // the first call's arrival
	struck  []*arranged
	due     int // the status that the API has decided on, before the faults after it
	settled bool

	key       string // the user in the path
	bulk      bool   // the answer speaks of several users
	plugged   *Call  // nil for Kard
	items     []item
	errors    []itemError
	malformed *problem
	slots     [256]uint8
}

// exchange is what a call has come with and what is answered.
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

// settle counts what became of the call. It comes before anything is sent, so that whoever has the answer finds it in the state.
func (c *call) settle(status int) {
	if !c.settled {
		c.settled = true
		c.server.tally.leave(c.op, status)
	}
}

// end runs when the connection was hung up by a panic, too.
func (s *Server) end(c *call) {
	c.settle(0)
	clear(c.items)
	clear(c.errors)
	*c = call{exchange: exchange{body: c.body[:0], out: c.out[:0]}, struck: c.struck[:0], items: c.items[:0], errors: c.errors[:0]}
	if cap(c.body) <= 1<<20 && cap(c.out) <= 1<<20 {
		s.calls.Put(c)
	}
}

// read takes the whole body; false is a body over the limit. A body that breaks off is handled as the JSON that it is not.
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
	c.settle(status)
	c.w.WriteHeader(status)
	// A write fails only when the caller has gone, and then nobody is left to be told.
	_, _ = c.w.Write(body)
}

// refuse answers the whole call with one error that names no user.
func (c *call) refuse(status int, detail string) {
	if c.plugged != nil {
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

// wait is over after d, or when the caller has gone; it says which.
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
