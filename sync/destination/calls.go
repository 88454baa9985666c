package destination

import (
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
	met  map[string]map[string]int
	last string
}

func (c *Calls) count(kind string, err error) {
	if c == nil {
		return
	}
	met := "ok"
	if ce := callError(err); ce != nil {
		met = ce.Code
	} else if err != nil {
		met = "defect"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.met == nil {
		c.met = map[string]map[string]int{}
	}
	if c.met[kind] == nil {
		c.met[kind] = map[string]int{}
	}
	c.met[kind][met]++
	if met != "ok" {
		c.last = met
		if ce := callError(err); ce != nil && ce.Err != nil {
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

// Met returns the counts so far: kind, then what the calls met.
func (c *Calls) Met() map[string]map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	met := make(map[string]map[string]int, len(c.met))
	for kind, counts := range c.met {
		met[kind] = maps.Clone(counts)
	}
	return met
}
