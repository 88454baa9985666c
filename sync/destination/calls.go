package destination

import (
	"maps"
	"sync"
)

// ReadCall is the kind of a read-back in Calls. The other kinds are the
// operations.
const ReadCall = "read"

// Calls counts calls by kind and by result: ok, http_ and a status from 300, or a code where
// there was no answer, or a success that is not believed. Calls for tokens do not count. Its
// zero value is ready to use, and it is safe for concurrent use.
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

// AnswerCounts holds numbers of calls by result, as Calls says.
type AnswerCounts map[string]int

// Total returns the number of calls, whatever their result.
func (a AnswerCounts) Total() int {
	n := 0
	for _, calls := range a {
		n += calls
	}
	return n
}

// Count counts a call of a kind that ended in the given way. It does nothing on a nil
// *Calls.
func (c *Calls) Count(kind string, how Ending) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = CallCounts{}
	}
	if c.counts[kind] == nil {
		c.counts[kind] = AnswerCounts{}
	}
	c.counts[kind][how.Result()]++
}

// Result is the result that a call counts under. The API's own status says more than our
// code, unless that is a success that is not believed.
func (e Ending) Result() string {
	switch {
	case e.Status >= 300:
		return StatusCode(e.Status)
	case e.Code != "":
		return e.Code
	}
	return "ok"
}

// Failed keeps err for LastFault if it is a *CallError. It does nothing on a nil *Calls.
func (c *Calls) Failed(err error) {
	ce := AsCallError(err)
	if c == nil || ce == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lastFault = ce.Code; ce.Err != nil {
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
