package engine

import (
	"fmt"
	"sync"
	"time"

	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// collector puts outcomes back into input order and writes them. It runs in one
// goroutine, and waits for nothing except the disk: it never blocks on the planner,
// but leaves reports for it.
type collector struct {
	incoming chan []user.Outcome
	results  Results
	window   *window
	stop     func(error)
	stats    *telemetry.Stats
	summary  Summary
	deletes  deleteGuard
	errors   errorGuard
	failed   bool

	ring []*user.Outcome // by ordinal; nil if none arrived yet
	next int             // ordinal of the next outcome to write

	mu       sync.Mutex
	reports  [][]user.Outcome
	reported chan struct{} // holds a token if there are reports to take
}

func newCollector(j Job, w *window, stop func(error)) *collector {
	return &collector{
		incoming: make(chan []user.Outcome, 4),
		results:  j.Results, window: w, stop: stop, stats: j.Stats,
		deletes: newDeleteGuard(j.Guards),
		errors:  newErrorGuard(j.MaxErrors),
		summary: Summary{Outcomes: map[user.Status]int{}},
		ring:    make([]*user.Outcome, w.longest), next: w.oldest,
		reported: make(chan struct{}, 1),
	}
}

func (c *collector) run() {
	defer onPanic(func(err error) {
		c.stop(err)
		for range c.incoming { // so that no worker waits
		}
	})
	for outcomes := range c.incoming {
		for i := range outcomes {
			c.place(&outcomes[i])
		}
		c.report(outcomes)
		c.stats.Settled(outcomes)
		began := time.Now()
		c.write()
		c.stats.Add(telemetry.Results, began)
	}
}

func (c *collector) place(o *user.Outcome) {
	if o.Status == user.Unsettled {
		return
	}
	slot := &c.ring[o.Record.Origin.Record%len(c.ring)]
	if *slot != nil || o.Record.Origin.Record < c.next {
		c.stop(&user.AccountingError{What: fmt.Sprintf("record %d has two outcomes", o.Record.Origin.Record)})
		return
	}
	*slot = o
	for _, err := range [...]error{c.deletes.count(o), c.errors.count(o)} {
		if err != nil {
			c.stop(err)
		}
	}
}

// report tells the planner which ids are free again.
func (c *collector) report(outcomes []user.Outcome) {
	c.mu.Lock()
	c.reports = append(c.reports, outcomes)
	c.mu.Unlock()
	signal(c.reported)
}

// takeReports returns the outcomes reported since it was last called.
func (c *collector) takeReports() [][]user.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	reports := c.reports
	c.reports = nil
	return reports
}

// takenAfter counts the outcomes that could not be written, because one before them is
// missing, of records that calls have, or may have, delivered.
func (c *collector) takenAfter() (n int) {
	for _, o := range c.ring {
		if o == nil {
			continue
		}
		switch o.Status {
		case user.Created, user.Updated, user.Deleted, user.InDoubt, user.Failed:
			n++
		case user.Refused:
			if o.Record.PerhapsTaken {
				n++
			}
		}
	}
	return n
}

// write writes the outcomes that are in order and returns their credits.
func (c *collector) write() {
	first, bytes := c.next, 0
	status, n := user.Unsettled, 0 // the same status usually comes many times in a row
	for !c.failed {
		slot := &c.ring[c.next%len(c.ring)]
		o := *slot
		if o == nil {
			break
		}
		if err := c.results.Write(o); err != nil {
			c.failed = true
			c.stop(fmt.Errorf("write the outcome of record %d: %w", c.next, err))
			break
		}
		if o.Status != status {
			c.summary.add(status, n)
			status, n = o.Status, 0
		}
		n++
		bytes += o.Record.Size()
		*slot = nil
		c.next++
	}
	c.summary.add(status, n)
	if c.next > first {
		c.summary.SettledUpTo = c.next - 1
		c.window.release(c.next-first, bytes, c.next)
	}
}
