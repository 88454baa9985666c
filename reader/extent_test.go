package reader

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The bytes of an input are those on disk, of all its files, and all of them are read at its
// end. A pipe has no size.
func TestExtent(t *testing.T) {
	dir := t.TempDir()
	var text, packed strings.Builder
	text.WriteString("id\n")
	for i := range 50_000 {
		fmt.Fprintln(&text, i*7919)
	}
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(text.String())); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	plain, archive := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv.gz")
	for path, text := range map[string]string{plain: text.String(), archive: packed.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sizes := map[string]int{plain: text.Len(), archive: packed.Len()}
	for _, paths := range [][]string{{plain}, {archive}, {plain, archive}, {"-"}, {plain, "-"}} {
		in, err := Open(t.Context(), Options{Paths: paths, Stdin: bytes.NewReader([]byte(text.String()))})
		if err != nil {
			t.Fatal(err)
		}
		want, last, half := 0, int64(0), int64(0)
		for _, path := range paths {
			if want += sizes[path]; path == "-" {
				want = -1 << 30
			}
		}
		for r := range in.Records() {
			done, _ := in.Extent()
			if done < last {
				t.Fatalf("%q: %d bytes after %d", paths, done, last)
			}
			if last = done; r.Origin.Record == len(paths)*25_000 {
				half = done
			}
		}
		done, size := in.Extent()
		if int(size) != max(want, 0) || done != size || size > 0 && (half == 0 || half == size) {
			t.Errorf("%q: %d of %d bytes are read, %d half way; want %d", paths, done, size, half, want)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
}
