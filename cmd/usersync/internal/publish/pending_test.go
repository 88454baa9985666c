package publish

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A run that has finished waits from its note until all its files are there, the oldest first.
func TestWaiting(t *testing.T) {
	const first, second, stopped = "20261125T021500Z-aaaaaa", "20261126T021500Z-aaaaaa", "20261127T021500Z-aaaaaa"
	runs := t.TempDir()
	for run, files := range map[string][]string{
		first:                     {"summary.json", "results.csv", "unpublished"},
		second:                    {"summary.json", "results.csv", "unpublished"},
		stopped:                   {"summary.json", "results.csv.partial", "unpublished"},
		"20261128T021500Z-aaaaaa": {"summary.json", "results.csv"},
	} {
		if err := os.Mkdir(filepath.Join(runs, run), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if err := os.WriteFile(filepath.Join(runs, run, name), []byte("s3://bucket/runs\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := &store{}
	places := s.opener()
	for _, c := range []struct {
		url, refuses string
		waiting      []string
	}{
		{"s3://bucket/runs", "summary.json", []string{first, second}},
		{"s3://bucket/copy", "", []string{first, second}}, // a copy elsewhere is not what is owed
		{"s3://bucket/runs", "", []string{second}},
	} {
		s.refuses = c.refuses
		if _, err := Run(t.Context(), places, c.url, runs, first); (err == nil) != (c.refuses == "") {
			t.Error(err)
		}
		all, err := Waiting(runs)
		var names []string
		for _, p := range all {
			if names = append(names, p.Run); p.URL != "s3://bucket/runs" {
				t.Errorf("%s waits for %q", p.Run, p.URL)
			}
		}
		if err != nil || !slices.Equal(names, c.waiting) {
			t.Errorf("%q wait, %v", names, err)
		}
	}
}
