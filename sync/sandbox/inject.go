package sandbox

import (
	"hash/fnv"
	"net/http"
	"sync/atomic"
	"time"
)

// injector injects the server's faults into its calls.
type injector struct{ *Server }

// compiled is a fault with its kind looked up and its part of every draw computed.
type compiled struct {
	Fault
	kind   kind
	moment Moment
	text   string
	salt   uint64
	times  atomic.Uint64 // it took effect
}

func compile(faults []Fault, seed uint64) []*compiled {
	list := make([]*compiled, 0, len(faults))
	for _, f := range faults {
		if k, ok := f.Kind.info(); ok {
			text := f.String()
			list = append(list, &compiled{Fault: f, kind: k, moment: f.moment(), text: text, salt: mix(seed ^ mix(hashOf(text)))})
		}
	}
	return list
}

// mix is the finalizer of splitmix64: every bit of n moves every bit of the result.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// hashOf gives the same result in every process, which the draws need.
func hashOf[T string | []byte](s T) uint64 {
	h := fnv.New64a()
	// A hash never returns an error.
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// drawn reports whether n, a call's number or the hash of a user's id, is in the fault's share.
func (f *compiled) drawn(n uint64) bool {
	return f.Percent == 0 || float64(mix(f.salt^mix(n))>>11)/(1<<53)*100 < f.Percent
}

// matches reports whether the fault is about this call, ignoring its share.
func (f *compiled) matches(c *call) bool {
	if c.number < f.FromCall || f.ToCall > 0 && c.number > f.ToCall || c.since < f.Since || f.Until > 0 && c.since >= f.Until {
		return false
	}
	switch {
	case f.Op != AnyOp && f.Op != c.op, f.Op == AnyOp && c.op == Token && f.Kind != Down:
		return false
	case f.kind.fits(c.op) != nil, f.kind.scope == answers && !c.isBulk():
		return false
	}
	return true
}

// isBulk reports whether the answer is about several users: with Kard, every create's.
func (c *call) isBulk() bool { return c.bulk || c.api == nil && c.op == Create }

// collect collects the faults about whole calls that hit this one.
func (s injector) collect(c *call) {
	for _, f := range s.faults {
		if f.kind.scope != users && f.matches(c) && c.concerns(f.User) && f.drawn(c.number) {
			c.injected = append(c.injected, f)
		}
	}
}

// concerns reports whether the call is about this user; "" is any.
func (c *call) concerns(user string) bool {
	if user == "" || user == c.key {
		return true
	}
	for i := range c.items {
		if string(c.items[i].id) == user {
			return true
		}
	}
	return false
}

// userFault returns the first fault of this kind that hits this user in this call.
func (s injector) userFault(c *call, kind Kind, id []byte) *compiled {
	for _, f := range s.faults {
		if f.Kind == kind && (f.User == "" || f.User == string(id)) && f.matches(c) && f.drawn(hashOf(id)) {
			return f
		}
	}
	return nil
}

// countFault counts a fault that takes effect, and names it in the answer if there is one.
func (c *call) countFault(f *compiled) {
	f.times.Add(1)
	if f.kind.scope != users {
		c.w.Header().Add("Sandbox-Fault", f.text)
	}
}

// delay waits as long as the latency and the faults before the commit say.
func (s injector) delay(c *call) {
	wait := s.options.Latency
	if s.options.Jitter > 0 {
		wait += time.Duration(mix(s.options.Seed^mix(c.number)) % uint64(s.options.Jitter))
	}
	for _, f := range c.injected {
		if f.Kind == Latency && f.moment == Before {
			c.countFault(f)
			wait += f.Wait
		}
	}
	c.wait(wait)
}

func (s injector) isDown(c *call) bool {
	for _, f := range c.injected {
		if f.Kind == Down {
			return s.carryOut(c, f)
		}
	}
	return false
}

// endCall carries out the first fault that ends a call at this moment.
func (s injector) endCall(c *call, m Moment) bool {
	for _, f := range c.injected {
		if f.moment == m && s.carryOut(c, f) {
			return true
		}
	}
	return false
}

// refuseSome refuses the users that a fault hits.
func (s injector) refuseSome(c *call) {
	if len(s.faults) == 0 {
		return
	}
	for i := range c.items {
		if c.items[i].outcome != valid {
			continue
		}
		if f := s.userFault(c, Refuse, c.items[i].id); f != nil {
			c.countFault(f)
			c.items[i].outcome = invalid
			c.errors = append(c.errors, itemError{item: i, status: f.statusOr(http.StatusBadRequest), detail: "User was refused"})
		}
	}
}

// poisoned refuses the whole call if one of its users is poison.
func (s injector) poisoned(c *call) bool {
	if len(s.faults) == 0 {
		return false
	}
	for i := range c.items {
		if f := s.userFault(c, Poison, c.items[i].id); f != nil {
			c.countFault(f)
			c.refuse(f.statusOr(http.StatusBadRequest), "The request was refused")
			return true
		}
	}
	return false
}

// conflict answers 409 for a whole create if the fault hits it and a user exists.
func (s injector) conflict(c *call) bool {
	for _, f := range c.injected {
		if f.Kind != Conflict {
			continue
		}
		var list []errorObject
		for i := range c.items {
			if u := &c.items[i]; s.users.holds(u.hash, u.id) {
				list = append(list, errorObject{status: http.StatusConflict, detail: alreadyExists, rawID: u.rawID})
			}
		}
		if len(list) > 0 {
			c.countFault(f)
			c.out = appendErrors(c.out[:0], f.shown(list)...)
			c.answer(http.StatusConflict)
			return true
		}
	}
	return false
}

func (f *compiled) shown(list []errorObject) []errorObject {
	if f.Blind {
		return []errorObject{{status: http.StatusConflict, detail: "A user already exists"}}
	}
	return list
}

func (f *compiled) statusOr(fallback int) int {
	if f.Status > 0 {
		return f.Status
	}
	return fallback
}
