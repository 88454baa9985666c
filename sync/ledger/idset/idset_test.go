package idset

import (
	"fmt"
	"sync"
	"testing"
)

// A set has every id that was added, and hardly takes another for one, whether ids look alike
// or not.
func TestSet(t *testing.T) {
	const added = 100_000
	for _, form := range []string{"cust-%08d", "%x", "%d@example.com", "%032b"} {
		s := New()
		if !s.None() || s.MayHave("") {
			t.Error("it is not empty")
		}
		for i := range added {
			s.Add(fmt.Sprintf(form, 2*i))
		}
		wrong := 0
		for i := range added {
			if !s.MayHave(fmt.Sprintf(form, 2*i)) {
				t.Fatal("lost:", i)
			}
			if s.MayHave(fmt.Sprintf(form, 2*i+1)) {
				wrong++
			}
		}
		if s.None() || wrong > added/1000 {
			t.Errorf("%s: it takes %d of %d others for one", form, wrong, added)
		}
	}
}

// Any id can be added, in any goroutine.
func TestSetForAll(t *testing.T) {
	s := New()
	ids := []string{"", "a", "ab", "é", "\x00", "\xff"}
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			s.MayHave("b")
			s.Add(id)
		})
	}
	all.Wait()
	for _, id := range ids {
		if !s.MayHave(id) {
			t.Errorf("%q is lost", id)
		}
	}
}

func Benchmark(b *testing.B) {
	s := New()
	ids := make([]string, 300_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("cust-%08d", i)
		if i%20 == 0 {
			s.Add(ids[i])
		}
	}
	for b.Loop() {
		for i := range ids {
			s.MayHave(ids[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ids)), "ns/id")
}
