package values

import (
	"errors"
	"io"
	"strings"
	"testing"

	"usersync/reader/frame"
)

type repeated byte

func (r repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// TestMemoryIsBounded: an endless line or element does not make the window grow beyond a few
// records.
func TestMemoryIsBounded(t *testing.T) {
	const size, most = 32 << 20, 4 * frame.MaxRecord
	for name, head := range map[string]string{
		"line":    "{\"id\":\"0\"}\n{\"id\":\"",
		"element": "[{\"id\":\"0\"},\n{\"id\":\"",
	} {
		t.Run(name, func(t *testing.T) {
			w := frame.NewWindow(io.MultiReader(strings.NewReader(head), io.LimitReader(repeated('x'), size)))
			w.More()
			f, err := New(w, nil)
			if err != nil {
				t.Fatal(err)
			}
			first, err := f.Next()
			if err != nil || first.Long || first.Line != 1 {
				t.Fatalf("the first value: %+v, %v", first, err)
			}
			second, err := f.Next()
			var broken *frame.Error
			if err == nil && !second.Long || err != nil && !errors.As(err, &broken) || second.Line != 2 && broken == nil {
				t.Errorf("the second value: %d bytes, %v", len(second.Bytes), err)
			}
			if held := cap(f.Data()); held > most {
				t.Errorf("%d bytes held", held)
			}
		})
	}
}
