//go:build cloud

package bucket

import (
	"io"
	"strings"
	"testing"
)

// An answer is read from the byte that is missing, wherever it begins; one that begins later, or
// does not say where, is an error.
func TestSkip(t *testing.T) {
	const object = "0123456789"
	for contentRange, works := range map[string]bool{
		"": true, "bytes 0-9/10": true, "bytes 4-9/10": true, "bytes 3-9/*": true,
		"bytes 5-9/10": false, "bytes */10": false, "bytes -9/10": false, "4-9/10": false, "lines 4-9/10": false,
	} {
		from := beginning(contentRange)
		answer := strings.NewReader(object[max(from, 0):])
		err := skip(answer, from, 4)
		rest, _ := io.ReadAll(answer)
		if (err == nil) != works || works && string(rest) != object[4:] {
			t.Errorf("%q: %q, %v", contentRange, rest, err)
		}
	}
}
