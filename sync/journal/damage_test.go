package journal

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestCutWithinTheHeader(t *testing.T) {
	all := begin(t, header).d.Bytes()
	for size := range all {
		if past, err := read(all[:size]); err != nil || past.Begun || past.Size != 0 || past.Torn != int64(size) {
			t.Fatalf("cut at %d: %+v, %v; want nothing begun", size, past, err)
		}
	}
}

// Whatever was written, and wherever the file is cut off, exactly the intact
// frames are read.
func TestCutAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := begin(t, header)
		for range rapid.IntRange(0, 10).Draw(t, "steps") {
			s.step(t)
		}
		all := s.d.Bytes()
		for size := s.steps[0].end; size <= len(all); size++ {
			past, err := read(all[:size])
			if err != nil {
				t.Fatalf("cut at %d of %d: %v", size, len(all), err)
			}
			if want := s.expected(size); !reflect.DeepEqual(want, past) && !cmp.Equal(want, past, cmpopts.EquateEmpty()) {
				diff := cmp.Diff(want, past, cmpopts.EquateEmpty())
				t.Fatalf("cut at %d of %d (-written +read):\n%s", size, len(all), diff)
			}
		}
	})
}

// Every flipped bit is found: nothing is read that was not written. Before other
// frames it is damage, reported at its frame; in the last frame it looks like a
// frame that a crash cut off.
func TestEveryFlippedBitIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := begin(t, header)
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			s.step(t)
		}
		all := s.d.Bytes()
		bit := byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		for at := rapid.IntRange(0, s.steps[0].end).Draw(t, "from"); at < len(all); at++ {
			all[at] ^= bit
			s.checkFlipped(t, at)
			all[at] ^= bit
		}
	})
}

func (s *story) checkFlipped(t fatal, at int) {
	t.Helper()
	past, err := read(s.d.Bytes())
	start, i := 0, 0
	for s.steps[i].end <= at {
		start = s.steps[i].end
		i++
	}
	if i == 0 && at >= len(signature) {
		start = len(signature)
	}
	damaged, ok := errors.AsType[*DamagedError](err)
	switch {
	case ok && damaged.At == int64(start):
	case err == nil && i == len(s.steps)-1:
		if diff := cmp.Diff(s.expected(start).Settled, past.Settled, cmpopts.EquateEmpty()); diff != "" || past.Torn == 0 {
			t.Fatalf("byte %d of the last frame: torn %d\n%s", at, past.Torn, diff)
		}
	default:
		t.Fatalf("byte %d flipped in frame %d of %d at %d: %v", at, i, len(s.steps), start, err)
	}
}

// After a power loss a block may be missing after the last sync, although later
// ones are there. Before the last sync it is damage.
func TestHoles(t *testing.T) {
	s := begin(t, header)
	for n := range 3 {
		if n == 2 {
			if err := s.j.Checkpoint(Checkpoint{}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 20 {
			if err := s.j.Sent(batch(1+100*i, 100)); err != nil {
				t.Fatal(err)
			}
		}
	}
	all, synced := s.d.Bytes(), int64(s.d.synced)
	for _, c := range []struct {
		name     string
		from, to int64
		damage   bool
	}{
		{"after the last sync", synced + 5000, synced + 9096, false},
		{"right after it", synced, synced + 4096, false},
		{"to the end", synced + 5000, int64(len(all)), false},
		{"before the last sync", synced - 9000, synced - 4904, true},
		{"of all but the last frame", 0, int64(len(all)) - 2000, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := bytes.Clone(all)
			clear(file[c.from:c.to])
			past, err := read(file)
			if damaged, is := errors.AsType[*DamagedError](err); is != c.damage || (is && (damaged.At > c.from || damaged.Hint() == "")) {
				t.Fatalf("Read = %v", err)
			}
			if err == nil && (past.Size > c.from || past.Size < synced || past.Torn == 0) {
				t.Errorf("hole at %d: %d bytes kept, %d torn; %d are synced", c.from, past.Size, past.Torn, synced)
			}
		})
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	s := begin(t, header)
	again := bytes.Clone(s.d.Bytes())
	if past, err := read(append(again, again...)); err != nil || past.Torn != int64(len(again)) {
		t.Errorf("a frame counts in another place: %+v, %v", past, err)
	}
	for name, text := range map[string]string{
		"text":                 "record,file,line\n",
		"short text":           "rec",
		"damaged at the start": "u" + string(again[1:]),
	} {
		if _, err := read([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, text := range map[string]string{"empty": "", "zeros": strings.Repeat("\x00", 5000), "half a signature": signature[:3]} {
		if past, err := read([]byte(text)); err != nil || past.Begun || past.Size != 0 || past.Torn != int64(len(text)) {
			t.Errorf("%s: %+v, %v; want nothing begun", name, past, err)
		}
	}
}
