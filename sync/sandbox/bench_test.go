package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
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

func benchBody(from, users int) []byte {
	b := []byte(`{"data":[`)
	for i := range users {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendBenchUser(b, from+i)
	}
	return append(b, "]}"...)
}

// benchBodies makes n bodies of 100 users each. An iteration of the benchmarks is one user.
func benchBodies(n int) [][]byte {
	bodies := make([][]byte, n)
	for i := range bodies {
		bodies[i] = benchBody(i*100, 100)
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

func BenchmarkCreate(b *testing.B)       { benchmarkCreate(b, Options{}, true) }
func BenchmarkCreateExists(b *testing.B) { benchmarkCreate(b, Options{}, false) }
func BenchmarkCreateFaults(b *testing.B) {
	var faults []Fault
	for _, text := range []string{"500:1%", "short:1%", "shuffle:10%", "refuse:1%", "echo:10%"} {
		f, err := ParseFault(text)
		if err != nil {
			b.Fatal(err)
		}
		faults = append(faults, f)
	}
	benchmarkCreate(b, Options{Faults: faults}, true)
}

// BenchmarkMemory reports the heap for each of b.N users held.
func BenchmarkMemory(b *testing.B) {
	s := New(Options{})
	before := heap()
	for i := 0; i < b.N; i += 100 {
		r := httptest.NewRequest(http.MethodPost, "/v2/issuers/org/users", bytes.NewReader(benchBody(i, 100)))
		s.ServeHTTP(&discard{header: http.Header{}}, r)
	}
	b.ReportMetric(float64(heap()-before)/float64(max(s.State().Users, 1)), "B/user-held")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
