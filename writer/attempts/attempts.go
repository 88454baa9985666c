// Package attempts is the log of the calls of a run that did not succeed at the first try: one
// line of JSON for each, with the numbers of its records, how it ended and what it waited for.
// It holds no ids and no values, and no more than MaxSize bytes.
//
// It opens no files. Start at Log to write it, and at Of to read it.
package attempts

import (
	"iter"
	"strconv"
	"strings"
	"time"
)

// MaxSize is the size that a log has at most, in bytes: about 60,000 calls. Calls after that
// are only counted.
const MaxSize = 16 << 20

// Attempt is one call.
type Attempt struct {
	// When the call began.
	At time.Time `json:"at"`
	// Kind of the call: create, update, delete or read.
	Kind string `json:"kind"`
	// Numbers of its records in the run's input, such as 1-64,66.
	Records string `json:"records"`
	// How many calls have carried its first record so far, without reads.
	Attempt int `json:"attempt,omitempty"`
	// How it ended: ok, http_503, timeout and so on.
	Result string `json:"result"`
	// HTTP status of the answer; absent if none came.
	Status int `json:"status,omitempty"`
	// Time until the answer was read, in milliseconds.
	Milliseconds float64 `json:"ms"`
	// What it waited for before, in milliseconds: slot, rate, slowed, paused, down, backoff,
	// journal.
	Waited map[string]float64 `json:"waited_ms,omitempty"`
	// Id that the API gave to the call.
	RequestID string `json:"request_id,omitempty"`
}

// Ranges writes record numbers as Attempt.Records holds them. Each number is taken once, in
// the order in which next yields them.
func Ranges(next iter.Seq[int]) string {
	var b []byte
	first, last := 0, -1
	end := func() {
		if last > first {
			b = strconv.AppendInt(append(b, '-'), int64(last), 10)
		}
	}
	for n := range next {
		if n == last+1 && first > 0 {
			last = n
			continue
		}
		if end(); len(b) > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
		first, last = n, n
	}
	end()
	return string(b)
}

// Has reports whether the call carried a record.
func (a *Attempt) Has(record int) bool {
	for first, last := range a.ranges() {
		if first <= record && record <= last {
			return true
		}
	}
	return false
}

// Count returns how many records the call carried.
func (a *Attempt) Count() (n int) {
	for first, last := range a.ranges() {
		n += last - first + 1
	}
	return n
}

// ranges yields the first and the last number of each range.
func (a *Attempt) ranges() iter.Seq2[int, int] {
	return func(yield func(first, last int) bool) {
		for part := range strings.SplitSeq(a.Records, ",") {
			from, to, several := strings.Cut(part, "-")
			first, err := strconv.Atoi(from)
			last := first
			if several && err == nil {
				last, err = strconv.Atoi(to)
			}
			if err == nil && !yield(first, last) {
				return
			}
		}
	}
}
