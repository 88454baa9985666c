package ledger

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"usersync/sync/user"
)

// halfCut passes a connection on, until the client begins a COPY: then the client gets no more from
// the server, as if the server had died, while it can still write.
func halfCut(t *testing.T, to string, armed *atomic.Bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, s); _ = c.Close() }()
			go func() {
				defer s.Close()
				b := make([]byte, 1<<16)
				for {
					n, err := c.Read(b)
					if err != nil {
						return
					}
					if armed.Load() && bytes.Contains(b[:n], []byte("COPY usersync_entry")) {
						_ = c.(*net.TCPConn).CloseWrite()
						_, _ = io.Copy(io.Discard, c)
						return
					}
					if _, err := s.Write(b[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// A checkpoint whose connection is lost during COPY lets go of its entries: nothing reads them
// any more while the memory is used again, which the race detector would see.
func TestCopyLetsGo(t *testing.T) {
	address := server.database(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var armed atomic.Bool
	u.Host = halfCut(t, u.Host, &armed)
	l := open(t, Options{URL: u.String()})
	lock(t, l)
	save(t, l, Entry{ID: "first", State: user.Present, Record: 1})
	var all []Entry
	for i := range 2500 {
		all = append(all, Entry{ID: fmt.Sprint("user", i, strings.Repeat("x", 200)), State: user.Present, Record: i + 1})
	}
	for range 5 {
		armed.Store(true)
		if err := l.Save(t.Context(), Checkpoint{Run: "run-1", Record: 2500}, all); err == nil {
			t.Fatal("saved")
		}
		armed.Store(false)
		save(t, l, all[:10]...) // such as an intent, or the share of another feed
	}
}
