package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// script is an API that answers as a file says. Each line is a rule:
//
//	METHOD PATH STATUS [Header=value]... [BODY]
//
// PATH is a pattern for path and query, which it must match whole. The first rule that
// fits answers; a number and an x before the method, as in 2x, say how often it may.
// Without a rule the answer is 404. In BODY, {1} is what the pattern's first
// group matched, and {body} is the body of the call. The status 0 hangs up. The header
// Wait delays the answer by its value. In the value of a header, + is a blank and %2B a +.
type script struct {
	mu    sync.Mutex
	rules []rule
	calls *os.File
}

type rule struct {
	left    int // how often it may still answer; negative is forever
	method  string
	path    *regexp.Regexp
	status  int
	headers [][2]string
	body    string
}

// startServer is serve FILE CALLS: it starts an API that answers by the rules of FILE, puts its URL into
// $SERVED, and writes a line for each call into CALLS: method, path, and body if any.
func startServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve FILE CALLS")
	}
	calls, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	s := &script{calls: calls}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			s.rules = append(s.rules, parseRule(ts, line))
		}
	}
	ts.Defer(func() { calls.Close() })
	listen(ts, "SERVED", s)
}

// listen serves until the script ends, at the address that a variable names.
func listen(ts *testscript.TestScript, variable string, h http.Handler) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	server := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener) // it ends when the script does
	}()
	ts.Defer(func() {
		server.Close()
		<-done
	})
	ts.Setenv(variable, "http://"+listener.Addr().String())
}

func parseRule(ts *testscript.TestScript, line string) rule {
	r := rule{left: -1}
	next := func() (word string) {
		word, line, _ = strings.Cut(line, " ")
		line = strings.TrimLeft(line, " ")
		return word
	}
	r.method = next()
	if times, ok := strings.CutSuffix(r.method, "x"); ok {
		n, err := strconv.Atoi(times)
		ts.Check(err)
		r.left, r.method = n, next()
	}
	r.path = regexp.MustCompile("^(?:" + next() + ")$")
	status, err := strconv.Atoi(next())
	ts.Check(err)
	r.status = status
	for regexp.MustCompile(`^[A-Z][A-Za-z-]*=`).MatchString(line) {
		name, value, _ := strings.Cut(next(), "=")
		r.headers = append(r.headers, [2]string{name, strings.NewReplacer("+", " ", "%2B", "+").Replace(value)})
	}
	r.body = line
	return r
}

func (s *script) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r := s.note(q, body)
	if r == nil {
		http.Error(w, `{"errors":[{"status":"404","title":"Not Found"}]}`, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	for _, h := range r.headers {
		if h[0] == "Wait" {
			wait, _ := time.ParseDuration(h[1])
			select {
			case <-time.After(wait):
			case <-q.Context().Done():
			}
			continue
		}
		w.Header().Set(h[0], h[1])
	}
	if r.status == 0 {
		panic(http.ErrAbortHandler)
	}
	text := strings.ReplaceAll(r.body, "{body}", string(body))
	for i, group := range r.path.FindStringSubmatch(q.RequestURI) {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", group)
	}
	w.WriteHeader(r.status)
	io.WriteString(w, text)
}

// note writes the call down and returns the rule for it; nil if there is none.
func (s *script) note(q *http.Request, body []byte) *rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintln(s.calls, strings.TrimSpace(q.Method+" "+q.RequestURI+" "+string(body)))
	for i := range s.rules {
		r := &s.rules[i]
		if r.left != 0 && r.method == q.Method && r.path.MatchString(q.RequestURI) {
			r.left--
			return r
		}
	}
	return nil
}
