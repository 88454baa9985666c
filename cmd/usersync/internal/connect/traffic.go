package connect

import (
	"sync"

	"usersync/sync/destination/traffic"
)

// mostWaiting is how many calls are remembered before a run begins: those that ask what the
// API can do.
const mostWaiting = 32

// Traffic hands on the descriptions of calls, once a run can take them. Its zero value is
// ready to use, and it is safe for concurrent use.
type Traffic struct {
	mu      sync.Mutex
	take    func(*traffic.Exchange)
	waiting []*traffic.Exchange
}

// To has every call described to take, also those that were made so far.
func (t *Traffic) To(take func(*traffic.Exchange)) {
	t.mu.Lock()
	waiting := t.waiting
	t.take, t.waiting = take, nil
	t.mu.Unlock()
	for _, e := range waiting {
		take(e)
	}
}

// recorder describes calls as the setting dump says; nil if it is empty.
func (t *Traffic) recorder(level string) *traffic.Recorder {
	if level == "" {
		return nil
	}
	return &traffic.Recorder{Level: traffic.Level(level), Take: t.taken}
}

func (t *Traffic) taken(e *traffic.Exchange) {
	t.mu.Lock()
	take := t.take
	if take == nil && len(t.waiting) < mostWaiting {
		t.waiting = append(t.waiting, e)
	}
	t.mu.Unlock()
	if take != nil {
		take(e)
	}
}
