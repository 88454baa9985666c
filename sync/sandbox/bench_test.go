package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

// discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

func appendBenchUser(b []byte, n int) []byte {
	return fmt.Appendf(b, `{"type":"user","id":"customer-%09d","attributes":{"enrolledRewards":["CARDLINKED"],"zipCode":"%05d","email":"user%d@example.com","phoneNumber":"+1415%07d","birthYear":"1990"}}`,
		n, n%100000, n, n%10000000)
}

func appendBenchBody(b []byte, from, users int) []byte {
	b = append(b, `{"data":[`...)
	for i := range users {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendBenchUser(b, from+i)
	}
	return append(b, "]}"...)
}

// benchBodies returns n bodies of 100 users each. An iteration of the benchmarks is one user.
func benchBodies(n int) [][]byte {
	bodies := make([][]byte, n)
	for i := range bodies {
		bodies[i] = appendBenchBody(nil, i*100, 100)
	}
	return bodies
}

func benchmarkCreate(b *testing.B, o Options, fresh bool) {
	bodies := benchBodies(1000)
	s := New(o)
	r := httptest.NewRequest(http.MethodPost, "/v2/issuers/org/users", nil)
	reader := bytes.NewReader(nil)
	w := &discard{header: http.Header{}}
	b.SetBytes(int64(len(bodies[0])) / 100)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += 100 {
		n := i / 100 % len(bodies)
		if n == 0 && fresh {
			b.StopTimer()
			s.Reset()
			b.StartTimer()
		}
		reader.Reset(bodies[n])
		r.Body, r.ContentLength = io.NopCloser(reader), int64(len(bodies[n]))
		s.ServeHTTP(w, r)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "users/s")
}

// BenchmarkLoopback is the whole server on a TCP connection, with a minimal caller: both share the time.
func BenchmarkLoopback(b *testing.B) {
	r, err := Start(Options{}, ":0")
	if err != nil {
		b.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.URL(), "http://"))
	if err != nil {
		b.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	bodies := benchBodies(2000)
	for i, body := range bodies {
		bodies[i] = append(fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", usersPath, len(body)), body...)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += 100 {
		if i/100%len(bodies) == 0 {
			r.Reset()
		}
		if _, err := conn.Write(bodies[i/100%len(bodies)]); err != nil {
			b.Fatal(err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil || resp.StatusCode != http.StatusCreated {
			b.Fatal(resp, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "users/s")
	if err := errors.Join(conn.Close(), r.Close(b.Context())); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkCreate(b *testing.B)       { benchmarkCreate(b, Options{}, true) }
func BenchmarkCreateExists(b *testing.B) { benchmarkCreate(b, Options{}, false) }
func BenchmarkCreateFaults(b *testing.B) {
	o, err := Options{}.With("500:1%", "short:1%", "shuffle:10%", "refuse:1%", "echo:10%")
	if err != nil {
		b.Fatal(err)
	}
	benchmarkCreate(b, o, true)
}

// BenchmarkMemory reports the heap for each of b.N users. It makes no garbage of its own, so the process's peak is the server's.
func BenchmarkMemory(b *testing.B) {
	s := New(Options{})
	before := heap()
	r := httptest.NewRequest(http.MethodPost, usersPath, nil)
	w, reader, body := &discard{header: http.Header{}}, bytes.NewReader(nil), []byte(nil)
	for i := 0; i < b.N; i += 100 {
		body = appendBenchBody(body[:0], i, 100)
		reader.Reset(body)
		r.Body, r.ContentLength = io.NopCloser(reader), int64(len(body))
		s.ServeHTTP(w, r)
	}
	b.ReportMetric(float64(heap()-before)/float64(max(s.State().Users, 1)), "B/user-held")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
