package parking

import (
	"fmt"
	"testing"
)

// A set has every id that was added, and hardly takes another for one.
func TestIDSet(t *testing.T) {
	const added = 100_000
	s := newIDSet()
	if !s.none() || s.mayHave("") {
		t.Error("it is not empty")
	}
	for i := range added {
		s.add(fmt.Sprint("added", i))
	}
	wrong := 0
	for i := range added {
		if !s.mayHave(fmt.Sprint("added", i)) {
			t.Fatal("lost:", i)
		}
		if s.mayHave(fmt.Sprint("other", i)) {
			wrong++
		}
	}
	if s.none() || wrong > added/500 {
		t.Errorf("it takes %d of %d others for one", wrong, added)
	}
}
