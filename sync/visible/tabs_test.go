package visible

import (
	"bytes"
	"fmt"
	"testing"
	"text/tabwriter"

	"pgregory.net/rapid"
)

// For Latin text the table is that of package tabwriter.
func TestTabsOfLatinText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var got, want bytes.Buffer
		tabs, table := NewTabs(&got), tabwriter.NewWriter(&want, 0, 8, between, ' ', 0)
		for _, line := range rapid.SliceOfN(rapid.StringMatching(`(|[a-z]{1,5})(\t[a-z]{1,4}){0,3}`), 0, 6).Draw(t, "lines") {
			fmt.Fprintln(tabs, line)
			fmt.Fprintln(table, line)
		}
		if tabs.Flush() != nil || table.Flush() != nil || got.String() != want.String() {
			t.Fatalf("%q, want %q", got.String(), want.String())
		}
	})
}

func TestTabsOfOtherText(t *testing.T) {
	var b bytes.Buffer
	tabs := NewTabs(&b)
	fmt.Fprint(tabs, "id\tname\n王伟\tx\nФрида\ty\nzoe\u0308\tz\na\u202eb\tw\n")
	if err := tabs.Flush(); err != nil || b.String() != "id        name\n王伟      x\nФрида     y\nzoe\u0308       z\na\\u202eb  w\n" {
		t.Errorf("%v\n%s", err, b.String())
	}
}
