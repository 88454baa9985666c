package rowset_test

import (
	"testing"

	"pgregory.net/rapid"

	"usersync/sync/ledger/rowset"
)

func TestSet(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var s rowset.Set
		m := map[int64]bool{}
		for _, row := range rapid.SliceOf(rapid.Int64Range(-2, 400)).Draw(r, "rows") {
			if added := s.Add(row); added != (row > 0 && !m[row]) {
				r.Fatal("Add", row, added)
			}
			if row > 0 {
				m[row] = true
			}
		}
		top := int64(0)
		for row := int64(-3); row < 500; row++ {
			if s.Has(row) != m[row] {
				r.Fatal("Has", row)
			}
			if m[row] {
				top = row
			}
		}
		if s.Len() != len(m) || s.Max() != top {
			r.Fatal(s.Len(), len(m), s.Max(), top)
		}
	})
}
