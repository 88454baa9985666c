package visible

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "zoë": 3, "zoe\u0308": 3, "Фрида": 5, "王伟": 4, "ｆｕｌｌ": 8, "ﾊﾝｶｸ": 4, "김민준": 6, "ناصر": 4, "नमस्ते": 4,
		"🎉": 2, "a\u200db": 2, "…·×": 3, "\xff": 1,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

// What is cut fits, is the beginning, and loses no character that would have fitted.
func TestCut(t *testing.T) {
	for _, text := range []string{"王伟.csv", "abc", "zoe\u0308x", "", "🎉🎉"} {
		for columns := -1; columns < 12; columns++ {
			cut := Cut(text, columns)
			rest := text[len(cut):]
			next, _ := utf8.DecodeRuneInString(rest)
			if !strings.HasPrefix(text, cut) || Width(cut) > max(columns, 0) || rest != "" && Width(cut)+widthOf(next) <= columns {
				t.Errorf("%q in %d columns is %q", text, columns, cut)
			}
		}
	}
	if got := Pad("王伟", 6); got != "王伟  " || Pad("王伟", 3) != "王伟" {
		t.Errorf("%q", got)
	}
}
