package rest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

const switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n"

// speaking serves raw connections: it answers each request with arbitrary bytes.
func speaking(t *testing.T, say func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			conns.Go(func() {
				defer conn.Close()
				for in := bufio.NewReader(conn); ; {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, r.Body)
					say(conn)
				}
			})
		}
	})
	t.Cleanup(func() { listener.Close(); conns.Wait() })
	return "http://" + listener.Addr().String()
}

// TestHostileAnswers: whatever a server sends, a call ends in time, and only a
// complete answer counts as an answer.
func TestHostileAnswers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	says := func(text string) func(net.Conn) { return func(c net.Conn) { io.WriteString(c, text) } }
	ends := func(text string) func(net.Conn) { return func(c net.Conn) { io.WriteString(c, text); c.Close() } }
	drips := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for _, err := io.WriteString(c, text); err == nil; _, err = io.WriteString(c, "x") {
				<-tick.C
			}
		}
	}
	for name, test := range map[string]struct {
		say  func(net.Conn)
		want string // the body, or "fault: code"; where time decides, several
	}{
		"a switch of protocols":       {says(switching), "perhaps taken: http_101"},
		"hints before the answer":     {says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok + "Content-Length: 2\r\n\r\n{}"), "{}"},
		"endless hints":               {says(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 50)), "perhaps taken: timeout"},
		"endless headers":             {says(ok + "X: " + strings.Repeat("x", 2<<20)), "perhaps taken: broken or perhaps taken: timeout"},
		"headers byte by byte":        {drips(ok + "X: "), "perhaps taken: timeout"},
		"a body byte by byte":         {drips(ok + "Content-Length: 99999\r\n\r\n"), "perhaps taken: timeout"},
		"silence":                     {says(""), "perhaps taken: timeout"},
		"less than it says":           {ends(ok + "Content-Length: 9\r\n\r\n{}"), "perhaps taken: cut_answer"},
		"more than it says":           {ends(ok + "Content-Length: 2\r\n\r\n{}{}"), "{} or perhaps taken: broken or perhaps taken: reset or perhaps taken: eof"},
		"two lengths":                 {says(ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), "perhaps taken: broken"},
		"an invalid length":           {says(ok + "Content-Length: -2\r\n\r\n{}"), "perhaps taken: broken"},
		"chunks and trailers":         {says(ok + "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\nX: 1\r\n\r\n"), "{}"},
		"chunks that end early":       {ends(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), "perhaps taken: cut_answer"},
		"an invalid chunk":            {says(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"), "perhaps taken: cut_answer"},
		"HTTP/1.0, until the end":     {ends("HTTP/1.0 200 OK\r\n\r\n{}"), "{}"},
		"HTTP/1.0, kept":              {says("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"), "{}"},
		"a connection that is closed": {ends(ok + "Connection: close\r\nContent-Length: 2\r\n\r\n{}"), "{}"},
		"not HTTP":                    {says("SSH-2.0-OpenSSH_9.7\r\n\r\n"), "perhaps taken: broken"},
		"HTTP/2 without TLS":          {says("HTTP/2.0 200 OK\r\n\r\n"), "perhaps taken: timeout"},
		"an invalid status":           {says("HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n"), "perhaps taken: http_999"},
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, speaking(t, test.say), func(c *Config) { c.Timeout = 150 * time.Millisecond })
			for range 2 { // the second call reuses what the first one left
				if got := said(t, c); !slices.Contains(strings.Split(test.want, " or "), got) {
					t.Errorf("got %s, want %s", got, test.want)
				}
			}
		})
	}
}

// TestHostileTokens: oauth2 reads the answer to a token call, and must also end in
// time.
func TestHostileTokens(t *testing.T) {
	for _, style := range []Style{Basic, JSON} {
		url := speaking(t, func(c net.Conn) { io.WriteString(c, switching) })
		c := connect(t, url, func(c *Config) {
			c.Timeout = 150 * time.Millisecond
			c.Auth = Auth{ClientID: user.NewSecret("i"), ClientSecret: user.NewSecret("s"), TokenURL: url, Style: style}
		})
		if got := said(t, c); got != "denied: token_http_101" {
			t.Errorf("%s: got %s", style, got)
		}
	}
}

// said makes a call, and gives up if the call's own timeout does not work.
func said(t *testing.T, c *Client) string {
	t.Helper()
	got := make(chan string, 1)
	go func() {
		a, err := c.Do(t.Context(), post)
		if err != nil {
			ce := err.(*destination.CallError)
			got <- ce.Fault.String() + ": " + ce.Code
			return
		}
		defer a.Release()
		got <- string(a.Body)
	}()
	select {
	case text := <-got:
		return text
	case <-time.After(3 * time.Second):
		return "nothing"
	}
}
