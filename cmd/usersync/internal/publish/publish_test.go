package publish

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"usersync/reader/place"
)

// store takes objects, and may refuse one.
type store struct {
	place.Store
	refuses string // the end of a path
	taken   []string
}

func (s *store) opener() *place.Opener {
	return &place.Opener{Wait: func(int) time.Duration { return 0 }, Stores: func(string, place.Credentials) (place.Store, error) { return s, nil }}
}

func (s *store) Put(_ context.Context, u place.URL, _ io.ReadSeeker, _ int64) error {
	if filepath.Base(u.Path) == s.refuses {
		return place.Refused("", nil)
	}
	s.taken = append(s.taken, u.String())
	return nil
}

// The summary comes last, and not at all if another file is missing. What is unfinished or not for
// others is not uploaded.
func TestRun(t *testing.T) {
	const run = "20261127T021500Z-abcdef"
	runs := t.TempDir()
	dir := filepath.Join(runs, run)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"summary.json", "results.csv", "rejects.csv", "zz", "journal", "index", "ledger.db", "attempts.jsonl", "absent.csv.partial", "report.html"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const at = "s3://bucket/runs/" + run + "/"
	for refuses, want := range map[string][]string{
		"":            {at + "rejects.csv", at + "report.html", at + "results.csv", at + "summary.json"},
		"results.csv": {at + "rejects.csv", at + "report.html"},
	} {
		s := &store{refuses: refuses}
		places := s.opener()
		n, err := Run(t.Context(), places, "s3://bucket/runs", runs, run)
		failed, ok := errors.AsType[*Error](err)
		if !slices.Equal(s.taken, want) || n != len(want) || (refuses != "") != (ok && failed.File == refuses) {
			t.Errorf("without %q: %q, %d, %v", refuses, s.taken, n, err)
		}
	}
}
