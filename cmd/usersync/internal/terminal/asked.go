package terminal

import (
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"

	"usersync/writer/progress"
)

// Asked shows the progress of the runs of this process when SIGUSR1 asks for it. Without it
// the signal would end the process. It is safe for concurrent use; a nil one hears nothing.
type Asked struct {
	mu   sync.Mutex
	runs []*progress.Progress
}

// Listen begins to listen to the signal. release ends that, and waits for its goroutine.
func Listen() (a *Asked, release func()) {
	a = &Asked{}
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		defer close(done)
		for range signals {
			a.ask()
		}
	}()
	return a, func() {
		signal.Stop(signals)
		close(signals)
		<-done
	}
}

func (a *Asked) ask() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.runs {
		p.Ask()
	}
}

// Add adds the progress of a run. Remove it when the run is over.
func (a *Asked) Add(p *progress.Progress) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.runs = append(a.runs, p)
}

// Remove removes the progress of a run; one that was not added changes nothing.
func (a *Asked) Remove(p *progress.Progress) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.runs = slices.DeleteFunc(a.runs, func(other *progress.Progress) bool { return other == p })
}
