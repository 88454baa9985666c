package rest

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// Dial opens a connection, as net.Dialer.DialContext does.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// metered makes every connection tell whether anything was written to it.
func metered(dial Dial) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &meteredConn{Conn: conn}, nil
	}
}

// meteredConn counts the writes that were begun.
type meteredConn struct {
	net.Conn
	writes atomic.Int64
}

func (c *meteredConn) Write(p []byte) (int, error) {
	c.writes.Add(1) // before the bytes leave, so that the count never lags
	return c.Conn.Write(p)
}

// wire watches one call and knows whether bytes of it may have left. A
// connection of HTTP/1.1 carries one call at a time, so a connection on which
// no write was begun since it was handed to the call has carried none of it.
type writeWatch struct {
	handed atomic.Bool
	conn   atomic.Pointer[meteredConn]
	before atomic.Int64
}

func (w *writeWatch) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		w.handed.Store(true)
		conn := info.Conn
		if layered, ok := conn.(interface{ NetConn() net.Conn }); ok {
			conn = layered.NetConn()
		}
		if m, ok := conn.(*meteredConn); ok {
			w.before.Store(m.writes.Load())
			w.conn.Store(m)
		}
	}})
}

// mayHaveWritten reports whether bytes of a call that failed with err may have
// left. A transport that is not ours need not keep the trace: there only a
// failure to connect is proof.
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
