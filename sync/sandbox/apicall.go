package sandbox

import (
	"cmp"
	"maps"
	"net/http"
)

// Call is one request, on its way through an API's methods. Its slices are valid until Apply returns.
type Call struct {
	*http.Request        // its body is in Body
	Path          string // percent-encoded, as received
	Body          []byte
	Users         *Users

	Op    Op     // what is asked for; Token passes the call to the server's own token endpoint
	Key   string // the user in the path; "" if there is none
	Bulk  bool   // the answer is about several users, so faults that shape such answers apply
	Items []Item // the users in the body; one for a call about one user

	call *call
}

// Item is one user of a request.
type Item struct {
	ID       string   // what faults about users are drawn by: the caller's own key if there is one
	Personal []string // what the fault echo repeats
	Refused  int      // the status with which a fault refuses this user; 0 if none does
}

// Options returns the server's options, for an API that checks credentials itself.
func (c *Call) Options() Options { return c.call.server.options }

// NewKey returns a key as a server would: a unique UUID. The same seed gives the same keys in the same order.
func (c *Call) NewKey() string { return c.call.server.index.newKey(c.Options().Seed) }

// ErrorText returns detail, the error about item i; under the fault echo followed by the user's personal values.
func (c *Call) ErrorText(i int, detail string) string {
	u := c.Items[i]
	if f := c.call.server.inject.userFault(c.call, Echo, []byte(u.ID)); f != nil {
		c.call.countFault(f)
		for _, v := range u.Personal {
			detail += ", " + v
		}
	}
	return detail
}

// Injected reports whether the fault hits this call, and counts it if it does. It is for Conflict, whose effect only the API knows:
// ask when a user of the call is known to exist.
func (c *Call) Injected(k Kind) (Fault, bool) {
	for _, f := range c.call.injected {
		if f.Kind == k {
			c.call.countFault(f)
			return f.Fault, true
		}
	}
	return Fault{}, false
}

// serveAPI is serve for an API other than Kard.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	c := s.begin(w, r)
	defer s.end(c)
	whole := c.read()
	c.api = &Call{Request: r, Path: path, Body: c.body, Users: s.index, call: c}
	refusal := s.options.API.Read(c.api)
	c.take()
	c.number, c.since = s.counters.begin(c.op)
	switch {
	case c.op == other:
		c.refuseAs(*cmp.Or(refusal, &Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this path"}))
	case !whole:
		c.refuse(http.StatusRequestEntityTooLarge, "The body is larger than this server reads")
	case c.op == Token:
		s.token(c)
	case s.blocked(c):
	case c.malformed != nil:
		c.refuse(http.StatusBadRequest, c.malformed.detail)
	case refusal != nil:
		c.refuseAs(*refusal)
	case s.inject.poisoned(c) || s.refusedAlone(c):
	default:
		s.applyAPI(c)
	}
}

// take copies what the API has read to where the faults look for it.
func (c *call) take() {
	p := c.api
	c.key, c.bulk = p.Key, p.Bulk
	if p.Op > AnyOp && p.Op < other {
		c.op = p.Op
	}
	for _, u := range p.Items {
		c.items = append(c.items, item{id: []byte(u.ID)})
	}
}

// refusedAlone draws the users that a fault refuses. It answers a call about one user; about several the API answers.
func (s *Server) refusedAlone(c *call) bool {
	s.inject.refuseSome(c)
	for _, e := range c.errors {
		c.api.Items[e.item].Refused = e.status
	}
	if c.bulk || len(c.errors) == 0 {
		return false
	}
	e := c.errors[0]
	c.refuseAs(Refusal{Status: e.status, ID: c.api.Items[e.item].ID, Detail: c.api.ErrorText(e.item, e.detail)})
	return true
}

func (s *Server) applyAPI(c *call) {
	a := s.options.API.Apply(c.api)
	maps.Copy(c.w.Header(), a.Header)
	c.out = append(c.out[:0], a.Body...)
	s.deliver(c, a.Status)
}

// refuseAs answers the whole call with an error in the API's own format.
func (c *call) refuseAs(r Refusal) {
	c.out = append(c.out[:0], c.server.options.API.Error(c.api, r)...)
	c.answer(r.Status)
}
