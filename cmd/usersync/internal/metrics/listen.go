package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Listener answers GET /metrics with the runs in progress. The zero value is ready to use;
// its methods are safe for concurrent use.
type Listener struct {
	mu     sync.Mutex
	runs   *prometheus.Registry
	server *http.Server
	ended  chan error
}

// Add shows a run at an address, such as 127.0.0.1:9464, until Close. The first run opens
// the address.
func (l *Listener) Add(address string, run func() Run) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		if err := l.open(address); err != nil {
			return fmt.Errorf("show metrics: %w", err)
		}
	}
	return l.runs.Register(collector{run})
}

func (l *Listener) open(address string) error {
	socket, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	l.runs = prometheus.NewRegistry()
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(l.runs, promhttp.HandlerOpts{}))
	l.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	l.ended = make(chan error, 1)
	go func() { l.ended <- l.server.Serve(socket) }()
	return nil
}

// closeWithin is how long an answer may still take when the run has ended.
const closeWithin = time.Second

// Close ends the listener, after the answers that have begun.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	err := l.server.Shutdown(ctx)
	if err != nil {
		err = l.server.Close()
	}
	if served := <-l.ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	l.server = nil
	return err
}
