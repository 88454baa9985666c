package engine

import (
	"sync"
	"time"
)

// workers deliver batches, a limited number at a time. A worker is a goroutine that delivers one
// batch after the other: its stack has then grown to what a call needs. Only the planner uses
// it.
type workers struct {
	limits     Limits
	window     *window
	canaries   *canaries
	work       chan func()
	deliveries sync.WaitGroup
	all        sync.WaitGroup
	count      int

	mu   sync.Mutex
	busy int
	left chan struct{} // holds a token if a worker is done
}

func newWorkers(l Limits, w *window, first *canaries) *workers {
	return &workers{limits: l, window: w, canaries: first, work: make(chan func(), 1), left: make(chan struct{}, 1)}
}

// run has a worker call deliver, as soon as one more may work.
func (w *workers) run(deliver func()) {
	for {
		most, lasts := w.most()
		if w.enter(most) {
			break
		}
		w.pause(lasts)
	}
	w.deliveries.Add(1)
	w.work <- deliver
}

// deliverAll is what a worker does.
func (w *workers) deliverAll() {
	for deliver := range w.work {
		func() {
			defer w.deliveries.Done()
			defer w.leave()
			deliver()
		}()
	}
}

// wait returns once everything is delivered.
func (w *workers) wait() { w.deliveries.Wait() }

// end does so, too. There can be no run after it.
func (w *workers) end() {
	close(w.work)
	w.all.Wait()
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
	if w.busy++; w.busy > w.count {
		w.count++
		w.all.Go(w.deliverAll)
	}
	return true
}

func (w *workers) leave() {
	w.mu.Lock()
	w.busy--
	w.mu.Unlock()
	signal(w.left)
}

// pause returns when a worker is done, or when more may work.
func (w *workers) pause(lasts time.Duration) {
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
