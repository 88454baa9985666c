package stage

import (
	"net"
	"net/http"
)

// Accept, Close and Addr make the stage a net.Listener of in-memory connections.
func (s *Stage) Accept() (net.Conn, error) {
	select {
	case conn := <-s.doors:
		return conn, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *Stage) Close() error {
	close(s.closed)
	return nil
}

func (s *Stage) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// statusWriter keeps the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer inside.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
