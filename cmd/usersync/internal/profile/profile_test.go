package profile

import (
	"fmt"
	"testing"
)

// The number of different cells is exact up to a limit, and near the truth beyond it, in
// memory that does not grow.
func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, Exact, 300_000} {
		p := New([]string{"id"})
		for i := range n {
			p.Add(p.header(), []string{fmt.Sprintf("user-%07d", i)})
			p.Columns[0].distinct.add(0) // a repeated one
		}
		got, exact := p.Columns[0].Distinct()
		want := n
		if n > 0 {
			want++ // 0
		}
		if off := float64(got-want) / float64(max(1, want)); exact != (want <= Exact) || off > 0.05 || off < -0.05 || exact && off != 0 {
			t.Errorf("%d: %d, exact: %t", want, got, exact)
		}
		if kept := len(p.Columns[0].distinct.kept); kept > Exact {
			t.Errorf("%d: %d hashes are kept", want, kept)
		}
		if alike, _ := p.Columns[0].Lookalikes(); n == 300_000 && alike != 0 {
			t.Errorf("%d look alike", alike)
		}
	}
}

func (p *Profile) header() []string { return []string{"id"} }

// A file of many columns has fewer hashes for each.
func TestManyColumns(t *testing.T) {
	header := make([]string, 10_000)
	p := New(header)
	if c := p.Columns[9_999]; c.distinct.most > 64 || c.shapes.most > 32 {
		t.Errorf("%d hashes, %d shapes", c.distinct.most, c.shapes.most)
	}
}

func TestColumn(t *testing.T) {
	p := New([]string{"a"})
	for _, cell := range []string{"A-1", "a-1", "", "  ", "NULL", " x ", "1.5E+10", "****", "101.0", "'123", "+14155552671", "a\u200bb"} {
		p.Add([]string{"a", "late"}, []string{cell, "x"})
	}
	c := p.Columns[0]
	alike, _ := c.Lookalikes()
	got := fmt.Sprint(c.Rows, c.Filled, c.Empty, c.Blank, c.Marked(), c.Padded, c.Damaged, c.Masked, c.Fractions, c.Apostrophes, c.Phones, c.Unclean, alike, c.Longest, c.Unique())
	if want := "12 10 1 1 1 1 1 1 1 1 1 1 1 12 false"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if late := p.Columns[1]; late.Rows != 12 || late.Filled != 12 {
		t.Errorf("late: %+v", late)
	}
}

func TestDates(t *testing.T) {
	for want, cells := range map[string][]string{
		"DD.MM.YYYY": {"01.02.1990"}, "MM/DD/YYYY": {"01/31/1990", "02/01/1990"}, "DD/MM/YYYY": {"31/01/1990"}, "D/M/YYYY": {"31/1/1990"},
		"YYYY-MM-DD": {"1990-01-31", "1990-12-01"}, "": {"01/02/1990"},
	} {
		var d Dates
		for _, cell := range cells {
			d.add(cell)
		}
		if got, _ := d.Form(); got != want || !d.AreDates() {
			t.Errorf("%q: %q", cells, got)
		}
	}
	for _, cells := range [][]string{{"13/13/1990"}, {"1990-01-31", "31.01.1990"}, {"1/1/90"}, {"x"}, {}} {
		var d Dates
		for _, cell := range cells {
			d.add(cell)
		}
		if got, ok := d.Form(); ok {
			t.Errorf("%q: %q", cells, got)
		}
	}
}
