package destination

import (
	"errors"
	"maps"
	"sync"
)

// ReadCall is the kind of a read-back in Calls. The other kinds are the
// operations.
const ReadCall = "read"

// Calls counts the calls on the wire, by kind and by what they met: ok, or the
// code of the fault. Its zero value is ready, and it is safe for concurrent use.
type Calls struct {
	mu   sync.Mutex
	met  CallCounts
	last string
}

// CallCounts are numbers of calls by their kind: an operation, or ReadCall.
type CallCounts map[string]AnswerCounts

// Total is the number of calls of all kinds.
func (c CallCounts) Total() int {
	n := 0
	for _, met := range c {
		n += met.Total()
	}
	return n
}

// AnswerCounts are numbers of calls by what they met: ok, or the code of a fault.
type AnswerCounts map[string]int

// Total is the number of calls, whatever they met.
func (a AnswerCounts) Total() int {
	n := 0
	for _, calls := range a {
		n += calls
	}
	return n
}

// Count counts a call of a kind that ended with err. On a nil *Calls it does nothing.
func (c *Calls) Count(kind string, err error) {
	if c == nil {
		return
	}
	met := "ok"
	ce, failed := errors.AsType[*CallError](err)
	if failed {
		met = ce.Code
	} else if err != nil {
		met = "defect"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.met == nil {
		c.met = CallCounts{}
	}
	if c.met[kind] == nil {
		c.met[kind] = AnswerCounts{}
	}
	c.met[kind][met]++
	if met != "ok" {
		c.last = met
		if failed && ce.Err != nil {
			c.last += ": " + ce.Err.Error()
		}
	}
}

// Last says what the last call met that did not go well; empty if all did.
func (c *Calls) Last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Total returns how many calls were counted so far.
func (c *Calls) Total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.met.Total()
}

// Met returns the counts so far.
func (c *Calls) Met() CallCounts {
	c.mu.Lock()
	defer c.mu.Unlock()
	met := make(CallCounts, len(c.met))
	for kind, counts := range c.met {
		met[kind] = maps.Clone(counts)
	}
	return met
}
