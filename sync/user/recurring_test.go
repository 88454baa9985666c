package user

import (
	"strings"
	"testing"
	"time"
)

// The detail of a parked record says why, since when and until when, and fits into results.
func TestDetailOfParked(t *testing.T) {
	s := Streak{Code: "bad_email", Runs: 3, First: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC), Again: time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)}
	want := "refused with bad_email in 3 runs since 2026-03-01; sent again from 2026-03-10, when the row or a setting changes, or with --retry-parked"
	if got := s.Detail(); got != want {
		t.Errorf("%q", got)
	}
	s.Runs, s.Again, s.Code = 1, time.Time{}, strings.Repeat("x", 64)
	if got := s.Detail(); len(got) > 200 || !strings.Contains(got, "in 1 run since 2026-03-01; sent again when") {
		t.Errorf("%d characters: %q", len(got), got)
	}
	s.Runs, s.Again = 999_999, time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)
	if got := s.Detail(); len(got) > 200 {
		t.Errorf("%d characters: %q", len(got), got)
	}
}
