package sandbox

import (
	"cmp"
	"maps"
	"net/http"
)

// Call is one request, on its way through an API's methods. Its slices are valid until Apply has returned.
type Call struct {
	*http.Request        // its body is in Body
	Path          string // percent-encoded, as it came
	Body          []byte
	Users         *Users

	Op    Op     // what is asked for; Token hands the call to the server's own token endpoint
	Key   string // the user in the path; "" if there is none
	Bulk  bool   // the answer speaks of several users: faults that shape such answers strike
	Items []Item // the users in the body; one for a call about one user

	of *call
}

// Item is one user of a request.
type Item struct {
	ID       string   // by which faults about users are drawn and found: the caller's own key where there is one
	Personal []string // what the fault echo repeats
	Refused  int      // the status with which a fault refuses this user; 0 is no fault
}

// Options are the server's, for an API that asks for certain credentials.
func (c *Call) Options() Options { return c.of.server.options }

// NewKey makes a key as a server does: a UUID, unlike all before it. The same seed gives the same keys in the same order.
func (c *Call) NewKey() string { return c.of.server.index.newKey(c.Options().Seed) }

// Said is what an API says against item i, and under the fault echo the user's personal values behind it.
func (c *Call) Said(i int, detail string) string {
	u := c.Items[i]
	if f := c.of.server.inject.userFault(c.of, Echo, []byte(u.ID)); f != nil {
		c.of.suffer(f)
		for _, v := range u.Personal {
			detail += ", " + v
		}
	}
	return detail
}

// Struck says whether the fault strikes this call, and counts it if it does. It is for Conflict, whose effect only the API can tell:
// ask when a user of the call is known to exist.
func (c *Call) Struck(k Kind) (Fault, bool) {
	for _, f := range c.of.struck {
		if f.Kind == k {
			c.of.suffer(f)
			return f.Fault, true
		}
	}
	return Fault{}, false
}

// serveAPI is serve for an API that was handed in.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	c := s.begin(w, r)
	defer s.end(c)
	whole := c.read()
	c.plugged = &Call{Request: r, Path: path, Body: c.body, Users: s.index, of: c}
	refusal := s.options.API.Read(c.plugged)
	c.take()
	c.number, c.since = s.tally.arrive(c.op)
	switch {
	case c.op == other:
		c.refuseAs(*cmp.Or(refusal, &Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this path"}))
	case !whole:
		c.refuse(http.StatusRequestEntityTooLarge, "The body is larger than this server reads")
	case c.op == Token:
		s.token(c)
	case s.stops(c):
	case c.malformed != nil:
		c.refuse(http.StatusBadRequest, c.malformed.detail)
	case refusal != nil:
		c.refuseAs(*refusal)
	case s.inject.poisoned(c) || s.refusedAlone(c):
	default:
		s.applyAPI(c)
	}
}

// take carries over what the API has read to where the faults look.
func (c *call) take() {
	p := c.plugged
	c.key, c.bulk = p.Key, p.Bulk
	if p.Op > AnyOp && p.Op < other {
		c.op = p.Op
	}
	for _, u := range p.Items {
		c.items = append(c.items, item{id: []byte(u.ID)})
	}
}

// refusedAlone draws the users whom a fault refuses. It answers for a call about one; of several the API tells.
func (s *Server) refusedAlone(c *call) bool {
	s.inject.refuseSome(c)
	for _, e := range c.errors {
		c.plugged.Items[e.item].Refused = e.status
	}
	if c.bulk || len(c.errors) == 0 {
		return false
	}
	e := c.errors[0]
	c.refuseAs(Refusal{Status: e.status, ID: c.plugged.Items[e.item].ID, Detail: c.plugged.Said(e.item, e.detail)})
	return true
}

func (s *Server) applyAPI(c *call) {
	a := s.options.API.Apply(c.plugged)
	maps.Copy(c.w.Header(), a.Header)
	c.out = append(c.out[:0], a.Body...)
	s.deliver(c, a.Status)
}

// refuseAs answers the whole call with an error in the API's own form.
func (c *call) refuseAs(r Refusal) {
	c.out = append(c.out[:0], c.server.options.API.Error(c.plugged, r)...)
	c.answer(r.Status)
}
