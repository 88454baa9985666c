package engine

import (
	"fmt"
	"sync"

	"usersync/sync/user"
)

// collector brings outcomes back into input order and writes them. It is one
// goroutine, and it waits for nothing but the disk: what it has to tell the
// planner it leaves for it.
type collector struct {
	incoming chan []user.Outcome
	results  Results
	window   *window
	stop     func(error)
	summary  Summary
	deletes  deleteGuard
	errors   errorGuard
	broken   bool

	ring []user.Outcome // by ordinal; Unsettled where nothing came yet
	next int            // ordinal of the next outcome to be written

	mu   sync.Mutex
	told [][]user.Outcome
	news chan struct{} // holds a token when there is something to fetch
}

func newCollector(j Job, w *window, stop func(error)) *collector {
	return &collector{
		incoming: make(chan []user.Outcome, 4),
		results:  j.Results, window: w, stop: stop,
		errors:  newErrorGuard(j.MaxErrors),
		summary: Summary{Outcomes: map[user.Status]int{}},
		ring:    make([]user.Outcome, w.most), next: w.oldest,
		news: make(chan struct{}, 1),
	}
}

func (c *collector) run() {
	for outcomes := range c.incoming {
		for i := range outcomes {
			c.place(&outcomes[i])
		}
		c.tell(outcomes)
		c.write()
	}
}

func (c *collector) place(o *user.Outcome) {
	if o.Status == user.Unsettled {
		return
	}
	slot := &c.ring[o.Record.Origin.Record%len(c.ring)]
	if slot.Status != user.Unsettled || o.Record.Origin.Record < c.next {
		c.stop(&user.AccountingError{What: fmt.Sprintf("record %d has two outcomes", o.Record.Origin.Record)})
		return
	}
	*slot = *o
	for _, err := range [...]error{c.deletes.count(o), c.errors.count(o)} {
		if err != nil {
			c.stop(err)
		}
	}
}

// tell leaves word for the planner which ids are free again.
func (c *collector) tell(outcomes []user.Outcome) {
	c.mu.Lock()
	c.told = append(c.told, outcomes)
	c.mu.Unlock()
	nudge(c.news)
}

// fetchNews takes the word that was left.
func (c *collector) fetchNews() [][]user.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := c.told
	c.told = nil
	return told
}

// write writes what is in order by now and gives its credits back.
func (c *collector) write() {
	first, bytes := c.next, 0
	alike, n := user.Unsettled, 0 // outcomes mostly come in runs
	for !c.broken {
		slot := &c.ring[c.next%len(c.ring)]
		if slot.Status == user.Unsettled {
			break
		}
		if err := c.results.Write(*slot); err != nil {
			c.broken = true
			c.stop(fmt.Errorf("write the outcome of record %d: %w", c.next, err))
			break
		}
		if slot.Status != alike {
			c.summary.add(alike, n)
			alike, n = slot.Status, 0
		}
		n++
		bytes += slot.Record.Size()
		*slot = user.Outcome{}
		c.next++
	}
	c.summary.add(alike, n)
	if c.next > first {
		c.summary.SettledUpTo = c.next - 1
		c.window.give(c.next-first, bytes, c.next)
	}
}
