package journal

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzJournal: any bytes are read without a panic, and the part reported as intact
// reads the same again. Bytes are also read as bodies of intact frames, because a
// checksum would keep the fuzzer from reaching them.
func FuzzJournal(f *testing.F) {
	s := begin(f, header)
	err := errors.Join(s.j.Sent(batch(1, 3)), s.j.Settled(settled(batch(1, 2))), s.j.Checkpoint(Checkpoint{Record: 1}), s.j.Finish(End{State: Stopped}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.d.Bytes(), byte(0))
	for frame, err := range Frames(bytes.NewReader(s.d.Bytes()), int64(s.d.Len())) {
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.Clone(frame.body), byte(frame.kind))
	}
	f.Fuzz(func(t *testing.T, b []byte, k byte) {
		past, err := read(b)
		if err == nil {
			again, err := read(b[:past.Size])
			if err != nil || again.Torn != 0 || again.Size != past.Size {
				t.Errorf("the %d intact bytes read as %+v, %v", past.Size, again, err)
			}
		}
		framed := begin(t, header)
		framed.j.mu.Lock()
		if err := framed.j.commit(append(framed.j.begin(kind(k), 1), b...), nil, false); err != nil {
			return // too large for a frame, and rightly refused
		}
		past, err = read(framed.d.Bytes())
		if _, damaged := errors.AsType[*DamagedError](err); (err == nil) == (past == nil) || err != nil && !damaged && !errors.As(err, new(*FormatError)) {
			t.Errorf("past %v, error %v", past, err)
		}
	})
}
