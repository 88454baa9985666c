package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"usersync/sync/user"
)

// Records that wait are looked up together, and the error after them comes after them.
func TestWaitingRecordsAreLookedUpTogether(t *testing.T) {
	of := func(n, size int) chunk {
		row := &user.Record{Origin: user.Origin{Raw: strings.Repeat("x", size)}}
		return chunk{records: slices.Repeat([]*user.Record{row}, n)}
	}
	part := func(n int) chunk { return of(n, 100) }
	failed := chunk{err: errors.New("unreadable")}
	for name, test := range map[string]struct {
		waiting []chunk
		want    int
		last    bool
		left    int
	}{
		"none":      {nil, 256, false, 0},
		"one":       {[]chunk{part(256)}, 512, false, 0},
		"enough":    {[]chunk{part(256), part(1000), part(256)}, 1512, false, 1},
		"long rows": {[]chunk{of(100, 10_000), of(10, 10_000), part(256)}, 366, false, 1},
		"an error":  {[]chunk{part(256), failed}, 512, true, 0},
	} {
		waiting := make(chan chunk, len(test.waiting))
		for _, c := range test.waiting {
			waiting <- c
		}
		all, last := together(part(256), waiting)
		if len(all.records) != test.want || (last != nil) != test.last || last != nil && last.err == nil || len(waiting) != test.left || all.err != nil {
			t.Errorf("%s: %d records, last %v, %d left, %v", name, len(all.records), last, len(waiting), all.err)
		}
	}
	closed := make(chan chunk)
	close(closed)
	if all, last := together(part(256), closed); len(all.records) != 256 || last != nil {
		t.Error(len(all.records), last)
	}
}
