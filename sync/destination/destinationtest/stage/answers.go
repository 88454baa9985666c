package stage

import (
	"io"
	"net"
	"net/http"
	"time"
)

// Answering gives the same answer to every call. header is name, value, name, value.
func Answering(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body) // best effort: the client may have hung up, or the status has no body
	}
}

// HangUp ends the connection without an answer: with RST on TCP.
func HangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // best effort: the connection is closed in any case
	}
	conn.Close()
}

// Silent never answers.
func Silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// Half promises more than it sends.
func Half(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(status)
		io.WriteString(w, `{"data":[{"id":"`)
	}
}

// Late answers when no one is waiting anymore.
func Late(by time.Duration) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(by)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
}

// Raw sends bytes and closes.
func Raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(conn, text)
		conn.Close()
	}
}
