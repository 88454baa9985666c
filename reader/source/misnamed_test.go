package source

import (
	"io"
	"strings"
	"testing"
)

// TestMisnamed: UTF-8 is not read as another charset, wherever its first letter that is not
// ASCII stands. What only looks like UTF-8 is read.
func TestMisnamed(t *testing.T) {
	far := strings.Repeat("x", 200_000)
	for name, c := range map[string]struct {
		text, charset string
		refused       bool
	}{
		"UTF-8":               {"id,name\n1,Jos\u00e9\n", "windows-1252", true},
		"code page":           {"id,name\n1,Jos\u00e9\n", "cp437", true},
		"far away":            {far + "\u00e9\n", "latin1", true},
		"a letter is cut":     {strings.Repeat("\u00e9", 100_000), "latin1", true},
		"other letters":       {"1,Jos\xe9 \u00e9\n", "latin1", false},
		"only marks":          {"1,a\n\uFEFF2,b\n", "latin1", false},
		"named":               {"1,Jos\u00e9\n", "utf-8", false},
		"ASCII":               {"1,a\n", "latin1", false},
		"Japanese, by chance": {"1,\u00e9\n", "shift_jis", false},
		"Japanese":            {strings.Repeat("1,\u65e5\u672c\n", 10), "shift_jis", true},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), Options{Path: "-", Stdin: strings.NewReader(c.text), Charset: c.charset})
			if err == nil {
				_, err = io.Copy(io.Discard, s)
			}
			if refused := err != nil && strings.Contains(err.Error(), "is UTF-8, not"); refused != c.refused || !refused && err != nil {
				t.Errorf("refused: %v, %v", refused, err)
			}
		})
	}
}
