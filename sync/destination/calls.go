package destination

import (
	"errors"
	"maps"
	"strconv"
	"sync"
)

// ReadCall is the kind of a read-back in Calls. The other kinds are the
// operations.
const ReadCall = "read"

// Calls counts calls by kind and by result: ok, or the code of the fault. Its zero
// value is ready to use, and it is safe for concurrent use.
type Calls struct {
	mu        sync.Mutex
	counts    CallCounts
	lastFault string
}

// CallCounts holds numbers of calls by kind: an operation, or ReadCall.
type CallCounts map[string]AnswerCounts

// Total returns the number of calls of all kinds.
func (c CallCounts) Total() int {
	n := 0
	for _, counts := range c {
		n += counts.Total()
	}
	return n
}

// AnswerCounts holds numbers of calls by result: ok, or the code of a fault.
type AnswerCounts map[string]int

// Total returns the number of calls, whatever their result.
func (a AnswerCounts) Total() int {
	n := 0
	for _, calls := range a {
		n += calls
	}
	return n
}

// CountAnswer counts a call whose answer, with a status from 400, is none that needs to be
// handled as a fault: it may say that a user does not exist, or exists. It does nothing on
// a nil *Calls.
func (c *Calls) CountAnswer(kind string, status int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.lastFault
	c.count(kind, "http_"+strconv.Itoa(status))
	c.lastFault = last
}

// CountAs counts a call of a kind with a result: ok, or a code. It does nothing on a nil
// *Calls.
func (c *Calls) CountAs(kind, result string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(kind, result)
}

func (c *Calls) count(kind, result string) {
	if c.counts == nil {
		c.counts = CallCounts{}
	}
	if c.counts[kind] == nil {
		c.counts[kind] = AnswerCounts{}
	}
	c.counts[kind][result]++
	if result != "ok" {
		c.lastFault = result
	}
}

// Count counts a call of a kind that ended with err. It does nothing on a nil *Calls.
func (c *Calls) Count(kind string, err error) {
	if c == nil {
		return
	}
	result := "ok"
	ce, failed := errors.AsType[*CallError](err)
	if failed {
		result = ce.Code
	} else if err != nil {
		result = "defect"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(kind, result)
	if failed && ce.Err != nil {
		c.lastFault += ": " + ce.Err.Error()
	}
}

// LastFault describes the last call that failed; empty if none did.
func (c *Calls) LastFault() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lastFault
}

// Total returns how many calls have been counted so far.
func (c *Calls) Total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts.Total()
}

// Counts returns a copy of the counts so far.
func (c *Calls) Counts() CallCounts {
	c.mu.Lock()
	defer c.mu.Unlock()
	met := make(CallCounts, len(c.counts))
	for kind, counts := range c.counts {
		met[kind] = maps.Clone(counts)
	}
	return met
}
