package rest

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// Dial opens a connection, like net.Dialer.DialContext.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// metered makes every connection count its writes.
func metered(dial Dial) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &meteredConn{Conn: conn}, nil
	}
}

// meteredConn counts the writes that have begun.
type meteredConn struct {
	net.Conn
	writes atomic.Int64
}

func (c *meteredConn) Write(p []byte) (int, error) {
	c.writes.Add(1) // before the bytes are sent, so that the count is never late
	return c.Conn.Write(p)
}

// writeWatch watches one call and knows whether bytes of it may have been sent. An
// HTTP/1.1 connection carries one call at a time: if no write has begun since the
// call got the connection, nothing of the call was sent.
type writeWatch struct {
	handed atomic.Bool
	conn   atomic.Pointer[meteredConn]
	before atomic.Int64
	trace  httptrace.ClientTrace
}

func (w *writeWatch) watch(ctx context.Context) context.Context {
	w.trace.GotConn = w.got
	return httptrace.WithClientTrace(ctx, &w.trace)
}

func (w *writeWatch) got(info httptrace.GotConnInfo) {
	w.handed.Store(true)
	conn := info.Conn
	if layered, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = layered.NetConn()
	}
	if m, ok := conn.(*meteredConn); ok {
		w.before.Store(m.writes.Load())
		w.conn.Store(m)
	}
}

// mayHaveWritten reports whether bytes of a call that failed with err may have been
// sent. A transport that is not ours need not call the trace: there only a failure
// to connect is proof.
func (w *writeWatch) mayHaveWritten(own bool, err error) bool {
	if !own {
		return !beforeConnection(err)
	}
	if !w.handed.Load() {
		return false
	}
	m := w.conn.Load()
	return m == nil || m.writes.Load() != w.before.Load()
}

func beforeConnection(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
