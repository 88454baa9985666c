package proof

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"testing"
)

// checkBundle checks every file of a bundle that scrub has written.
func checkBundle(t *testing.T, what, path string, marks []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	packed, n := tar.NewReader(zipped), 0
	for {
		h, err := packed.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(packed)
		if err != nil {
			t.Fatal(err)
		}
		checkNoTraces(t, what+": "+h.Name+" of the bundle", string(text), marks)
		n++
	}
	if n < 4 {
		t.Errorf("%s: the bundle has %d files", what, n)
	}
}
