package sandbox

import (
	"cmp"
	"net"
	"net/http"
	"strconv"
	"time"
)

// hangDefault is longer than any client's timeout should be.
const hangDefault = 10 * time.Minute

const elsewherePath = ownPath + "elsewhere"

// carryOut carries out a fault. It returns false for one that does not end the call.
func (s injector) carryOut(c *call, f *compiled) bool {
	switch f.Kind {
	case Latency:
		if f.moment == After {
			c.countFault(f)
			c.wait(f.Wait)
		}
		return false
	case Status, Expire, Redirect, HTML, Empty, Cut:
		c.countFault(f)
		s.answerWrong(c, f)
	case Down:
		c.countFault(f)
		if f.Status == 0 {
			c.hangUp(true)
		} else {
			c.refuse(f.Status, "The service is down")
		}
	case Reset, Close, Lost, Hang:
		c.countFault(f)
		if f.Kind == Hang {
			c.wait(f.hangTime())
		}
		c.hangUp(f.Kind == Reset)
	default:
		return false
	}
	return true
}

func (f *compiled) hangTime() time.Duration {
	if f.Wait > 0 {
		return f.Wait
	}
	return hangDefault
}

// answerWrong sends something other than the API's answer.
func (s injector) answerWrong(c *call, f *compiled) {
	switch f.Kind {
	case Status:
		if f.Wait > 0 {
			s.quota.writeRetryAfter(c.w.Header(), f.Wait)
		}
		c.refuse(f.Status, "The sandbox was told to fail here")
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

// success is the status of the answer that would have been sent.
func (c *call) success() int {
	switch {
	case c.status > 0 && c.status < 300:
		return c.status
	case c.op == Create:
		return http.StatusCreated
	}
	return http.StatusOK
}

// cut promises the whole answer and sends half of it; net/http then closes the connection. It sends nothing of an answer without a body.
func (c *call) cut() {
	if len(c.out) == 0 {
		c.hangUp(false)
		return
	}
	h := c.w.Header()
	h["Content-Type"] = c.server.answerType
	h.Set("Content-Length", strconv.Itoa(len(c.out)))
	c.countAnswer(c.status)
	c.w.WriteHeader(c.status)
	// A failed write does not matter: the answer is meant to be broken.
	_, _ = c.w.Write(c.out[:len(c.out)/2])
}

// hangUp ends the connection without an answer. Closing with a linger of 0 sends RST if the connection is TCP.
func (c *call) hangUp(reset bool) {
	c.countAnswer(0)
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := underlying(conn).(*net.TCPConn); ok && reset {
		// Best effort: the connection is closed in any case.
		_ = tcp.SetLinger(0)
		_ = tcp.Close()
		return
	}
	// An error here means that the other side was faster.
	_ = conn.Close()
}

// underlying returns the connection below TLS.
func underlying(conn net.Conn) net.Conn {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return secure.NetConn()
	}
	return conn
}

var htmlType = []string{"text/html; charset=utf-8"}
