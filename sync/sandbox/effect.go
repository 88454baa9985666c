package sandbox

import (
	"cmp"
	"net"
	"net/http"
	"strconv"
	"time"
)

// hangDefault is longer than any client's patience should be.
const hangDefault = 10 * time.Minute

const elsewherePath = ownPath + "elsewhere"

// carryOut carries out a fault. It reports false for one that does not end the call.
func (s injector) carryOut(c *call, f *arranged) bool {
	switch f.Kind {
	case Latency:
		if f.moment == After {
			c.suffer(f)
			c.wait(f.Wait)
		}
		return false
	case Status, Expire, Redirect, HTML, Empty, Cut:
		c.suffer(f)
		s.misanswer(c, f)
	case Down:
		c.suffer(f)
		if f.Status == 0 {
			c.hangUp(true)
		} else {
			c.refuse(f.Status, "The service is down")
		}
	case Reset, Close, Lost, Hang:
		c.suffer(f)
		if f.Kind == Hang {
			c.wait(f.patience())
		}
		c.hangUp(f.Kind == Reset)
	default:
		return false
	}
	return true
}

func (f *arranged) patience() time.Duration {
	if f.Wait > 0 {
		return f.Wait
	}
	return hangDefault
}

// misanswer sends something else than the API would.
func (s injector) misanswer(c *call, f *arranged) {
	switch f.Kind {
	case Status:
		if f.Wait > 0 {
			s.quota.advise(c.w.Header(), f.Wait)
		}
		c.refuse(f.Status, "The rehearsal was told to fail here")
	case Expire:
		s.tokens.revoke(bearer(c.r))
		c.refuse(cmp.Or(s.options.traits().Expired, http.StatusUnauthorized), "The token has expired")
	case Redirect:
		c.w.Header().Set("Location", elsewherePath)
		c.send(http.StatusTemporaryRedirect, nil, nil)
	case HTML:
		c.send(http.StatusOK, []byte("<!doctype html><title>Sign in</title><p>This network needs you to sign in.</p>\n"), htmlType)
	case Empty:
		c.send(c.success(), nil, nil)
	case Cut:
		c.cut()
	}
}

// success is the status of the answer that would have been given.
func (c *call) success() int {
	switch {
	case c.due > 0 && c.due < 300:
		return c.due
	case c.op == Create:
		return http.StatusCreated
	}
	return http.StatusOK
}

// cut promises the whole answer and sends half of it; net/http then closes the connection by itself. Of an answer without a body nothing is sent.
func (c *call) cut() {
	if len(c.out) == 0 {
		c.hangUp(false)
		return
	}
	h := c.w.Header()
	h["Content-Type"] = c.server.answerType
	h.Set("Content-Length", strconv.Itoa(len(c.out)))
	c.settle(c.due)
	c.w.WriteHeader(c.due)
	// Nobody is told of a failed write: the answer is meant to be broken.
	_, _ = c.w.Write(c.out[:len(c.out)/2])
}

// hangUp ends the connection without an answer. Closing with a linger of 0 sends RST where the connection is TCP.
func (c *call) hangUp(reset bool) {
	c.settle(0)
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := underlying(conn).(*net.TCPConn); ok && reset {
		// Where the option cannot be set the connection is closed all the same.
		_ = tcp.SetLinger(0)
		_ = tcp.Close()
		return
	}
	// An error here says that the other side was faster.
	_ = conn.Close()
}

// underlying looks below TLS.
func underlying(conn net.Conn) net.Conn {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return secure.NetConn()
	}
	return conn
}

var htmlType = []string{"text/html; charset=utf-8"}
