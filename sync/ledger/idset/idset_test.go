package idset

import (
	"fmt"
	"testing"
)

// A set has every id that was added, and hardly takes another for one.
func TestSet(t *testing.T) {
	const added = 100_000
	s := New(1)
	if !s.None() || s.MayHave("") {
		t.Error("it is not empty")
	}
	for i := range added {
		s.Add(fmt.Sprint("added", i))
	}
	wrong := 0
	for i := range added {
		if !s.MayHave(fmt.Sprint("added", i)) {
			t.Fatal("lost:", i)
		}
		if s.MayHave(fmt.Sprint("other", i)) {
			wrong++
		}
	}
	if s.None() || wrong > added/500 {
		t.Errorf("it takes %d of %d others for one", wrong, added)
	}
}
