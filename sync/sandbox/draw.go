package sandbox

import (
	"hash/fnv"
	"net/http"
	"sync/atomic"
)

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
