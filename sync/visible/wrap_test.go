package visible

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHang(t *testing.T) {
	for _, c := range []struct {
		lead, prose string
		columns     int
		want        string
	}{
		{"  hint: ", "make room on the disk", 0, "  hint: make room on the disk"},
		{"  hint: ", "make room on the disk", 29, "  hint: make room on the disk"},
		{"  hint: ", "make room on the disk", 28, "  hint: make room on the\n        disk"},
		{"  hint: ", "用户用户用户用户 用户用户", 30, "  hint: 用户用户用户用户\n        用户用户"},
		{"a: ", "keeps  two blanks", 30, "a: keeps  two blanks"},
		{"a: ", "keeps  two blanks, and breaks  only once", 25, "a: keeps  two blanks, and\n   breaks  only once"},
		{"a: ", "", 2, "a: "},
		{"narrow: ", "one two three four five six", 10, "narrow: one two three four\n        five six"},
	} {
		if got := Hang(c.lead, c.prose, c.columns); got != c.want {
			t.Errorf("%q\nwant %q", got, c.want)
		}
	}
}

// No word is lost or broken, and only a line of one word is too wide.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prose := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-z]{1,12}`)).Draw(t, "words"), " ")
		columns := rapid.IntRange(1, 30).Draw(t, "columns")
		lines := Lines(prose, columns)
		if strings.Join(lines, " ") != prose {
			t.Fatalf("%q", lines)
		}
		for _, line := range lines {
			if Width(line) > columns && strings.Contains(line, " ") {
				t.Fatalf("%q has more than %d columns", line, columns)
			}
		}
	})
}

// A table that is wider than the terminal has a block for each row; elsewhere it stays a table.
func TestTabsWithin(t *testing.T) {
	const text = "id\tcode\nu-1\tDUPLICATE_PHONE\nu-2\tx\n"
	for columns, want := range map[int]string{
		0:  "id   code\nu-1  DUPLICATE_PHONE\nu-2  x\n",
		20: "id   code\nu-1  DUPLICATE_PHONE\nu-2  x\n",
		19: "id    u-1\ncode  DUPLICATE_PHONE\n\nid    u-2\ncode  x\n",
	} {
		var b strings.Builder
		tabs := NewTabs(&b)
		if _, err := tabs.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := tabs.FlushWithin(columns); err != nil || b.String() != want {
			t.Errorf("%d: %v\n%s", columns, err, b.String())
		}
	}
	var b strings.Builder
	tabs := NewTabs(&b)
	_, _ = tabs.Write([]byte("a header\tonly\n"))
	if err := tabs.FlushWithin(5); err != nil || b.String() != "a header  only\n" {
		t.Errorf("%v\n%s", err, b.String())
	}
}
