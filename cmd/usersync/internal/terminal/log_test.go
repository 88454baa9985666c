package terminal

import (
	"bytes"
	"testing"

	"go.uber.org/zap"
)

// A message that repeats is written a hundred times in a second, then rarely. Errors are
// always written.
func TestRepetitiveLines(t *testing.T) {
	var b bytes.Buffer
	log, err := NewLog(&b, "json", "info")
	if err != nil {
		t.Fatal(err)
	}
	log = log.With(zap.String("to", "kard"))
	for range 1000 {
		log.Info("again")
		log.Error("the run failed")
	}
	log.Info("other")
	counts := map[string]int{}
	for line := range bytes.Lines(b.Bytes()) {
		for _, text := range []string{`"msg":"again","to":"kard"`, `"msg":"the run failed","to":"kard"`, `"msg":"other"`} {
			if bytes.Contains(line, []byte(text)) {
				counts[text]++
			}
		}
	}
	// The loop may last into another second, in which a hundred are written again.
	if n := counts[`"msg":"again","to":"kard"`]; n < 100 || n > 500 || counts[`"msg":"the run failed","to":"kard"`] != 1000 || counts[`"msg":"other"`] != 1 {
		t.Errorf("%v", counts)
	}
}
