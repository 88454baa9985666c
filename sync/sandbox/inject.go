package sandbox

import (
	"net/http"
	"time"
)

// injector injects the server's faults into its calls.
type injector struct{ *Server }

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
