package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Running is a server that listens. It embeds the Server, so you can call State and Users at any time, also after Close.
type Running struct {
	*Server
	listener net.Listener
	http     *http.Server
	served   chan error
}

// Start listens on addr and serves until Close. Without a host ("", ":0", ":8080") it listens on loopback only, because the data may be real.
// The error is from Options.Check or from listening.
func Start(o Options, addr string) (*Running, error) {
	if strings.HasPrefix(addr, ":") || addr == "" {
		addr = net.JoinHostPort("127.0.0.1", strings.TrimPrefix(addr, ":"))
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox: listen on %s: %w", addr, err)
	}
	return Serve(o, l)
}

// Serve is Start on the caller's listener, which Close closes. An in-memory listener works too.
func Serve(o Options, l net.Listener) (*Running, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	s := New(o)
	r := &Running{Server: s, listener: l, served: make(chan error, 1)}
	r.http = &http.Server{Handler: s, ReadHeaderTimeout: 30 * time.Second}
	go func() { r.served <- r.http.Serve(l) }()
	return r, nil
}

// URL is the server's address, without a trailing slash.
func (r *Running) URL() string { return "http://" + r.listener.Addr().String() }

// Banner is the line to print after the start: what it is, where, and what will go wrong.
func (r *Running) Banner() string {
	t := r.options.traits()
	b := "usersync-sandbox: mock server for " + t.Title + " at " + r.URL() + "; nothing sent here reaches " + t.Vendor
	for i, f := range r.faults {
		b += map[bool]string{true: fmt.Sprintf("; faults (seed %d): ", r.options.Seed), false: ", "}[i == 0] + f.text
	}
	return b
}

// Close stops listening and waits for calls in flight until ctx ends; then it cuts them off. Call it at most once.
func (r *Running) Close(ctx context.Context) error {
	err := r.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, r.http.Close())
	}
	if served := <-r.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
