package frame

import (
	"errors"
	"io"
	"strings"
	"testing"
)

type repeated byte

func (r repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// TestMemoryIsBounded: an endless quote or cell does not make the window grow beyond a few
// records.
func TestMemoryIsBounded(t *testing.T) {
	const size, most = 32 << 20, 4 * MaxRecord
	for name, head := range map[string]string{
		"quote": "id,email\n1,\"",
		"cell":  "id,email\n1,",
	} {
		t.Run(name, func(t *testing.T) {
			f := NewCSV(NewWindow(io.MultiReader(strings.NewReader(head), io.LimitReader(repeated('x'), size))), Dialect{Delimiter: ","})
			first, err := f.Next()
			if err != nil || first.Long || first.Line != 1 {
				t.Fatalf("the first row: %+v, %v", first, err)
			}
			second, err := f.Next()
			var broken *Error
			if err == nil && !second.Long || err != nil && !errors.As(err, &broken) || second.Line != 2 && broken == nil {
				t.Errorf("the second row: %d bytes, %v", len(second.Bytes), err)
			}
			if held := cap(f.buf); held > most {
				t.Errorf("%d bytes held", held)
			}
		})
	}
}

// TestRoomIsGivenBack: what a sample of the file needed is not kept for the rest of it.
func TestRoomIsGivenBack(t *testing.T) {
	const size = 8 << 20
	w := NewWindow(io.LimitReader(repeated('x'), size))
	if sample := w.PeekBytes(mostRoom); len(sample) != mostRoom || cap(w.buf) < mostRoom {
		t.Fatalf("%d bytes of the sample, %d of the window", len(sample), cap(w.buf))
	}
	read := 0
	for more := true; more; more = w.More() {
		if read += len(w.Data()); w.Offset()+int64(len(w.Data())) != int64(read) {
			t.Fatalf("at byte %d after %d", w.Offset(), read)
		}
		w.Drop(len(w.Data()))
	}
	if read != size || cap(w.buf) > ReadSize {
		t.Errorf("%d bytes read, %d held at the end", read, cap(w.buf))
	}
}
