package engine

import (
	"sync"
	"time"
)

// workers deliver batches, a limited number at a time. Only the planner calls enter.
type workers struct {
	limits   Limits
	window   *window
	canaries *canaries
	all      sync.WaitGroup

	mu   sync.Mutex
	busy int
	left chan struct{} // holds a token if a worker is done
}

func newWorkers(l Limits, w *window, first *canaries) *workers {
	return &workers{limits: l, window: w, canaries: first, left: make(chan struct{}, 1)}
}

// run calls deliver in a goroutine of its own, as soon as one more may work.
func (w *workers) run(deliver func()) {
	for {
		most, lasts := w.most()
		if w.enter(most) {
			break
		}
		w.wait(lasts)
	}
	w.all.Go(func() {
		defer w.leave()
		deliver()
	})
}

// most returns how many may work now, and makes room for their records.
func (w *workers) most() (n int, lasts time.Duration) {
	find := w.limits.FindWorkers
	if find == nil {
		return w.limits.Workers, 0
	}
	if w.canaries.active() && w.limits.CanaryWorkers != nil {
		find = w.limits.CanaryWorkers
	}
	n, lasts = find()
	w.window.fit(n * w.limits.BatchSize)
	return n, lasts
}

func (w *workers) enter(most int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy >= most {
		return false
	}
	w.busy++
	return true
}

func (w *workers) leave() {
	w.mu.Lock()
	w.busy--
	w.mu.Unlock()
	signal(w.left)
}

// wait returns when a worker is done, or when more may work.
func (w *workers) wait(lasts time.Duration) {
	if lasts == 0 {
		<-w.left
		return
	}
	t := time.NewTimer(lasts)
	defer t.Stop()
	select {
	case <-w.left:
	case <-t.C:
	}
}
