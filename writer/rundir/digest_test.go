package rundir

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"
)

// The digest of a closed file is that of what it holds, however it was written.
func TestDigestIsOfTheWholeFile(t *testing.T) {
	long := strings.Repeat("a row of results\n", 10_000) // more than the buffer holds
	for name, c := range map[string]struct {
		before  string
		size    int64 // of what is kept of it
		written []string
	}{
		"an empty file":        {},
		"short rows":           {written: []string{"one\n", "two\n"}},
		"long ones":            {written: []string{"one\n", long, "two\n", long}},
		"resumed":              {before: "one\n", size: 4, written: []string{"two\n"}},
		"resumed where it was": {before: "one\n", size: 4},
		"cut, and resumed":     {before: "one\n" + long + "tw", size: 4 + int64(len(long)), written: []string{"two\n", long}},
		"cut to nothing":       {before: long},
	} {
		t.Run(name, func(t *testing.T) {
			dir := create(t)
			f := open(t, dir, "results.csv")
			if c.before != "" {
				write(t, f, c.before)
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
				var err error
				if f, err = dir.Resume("results.csv", c.size); err != nil {
					t.Fatal(err)
				}
			}
			for _, text := range c.written {
				write(t, f, text)
			}
			if f.SHA256() != "" {
				t.Error("a digest of a file that is open")
			}
			if err := f.Commit(); err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("%x", sha256.Sum256([]byte(contents(t, f.Path())))); f.SHA256() != want {
				t.Errorf("digest %s, want %s", f.SHA256(), want)
			}
		})
	}
	if f := Stream(io.Discard, "standard output"); f.Commit() != nil || f.SHA256() != "" {
		t.Error("a digest of a stream")
	}
}
