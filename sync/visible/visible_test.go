package visible_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"usersync/sync/visible"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "José O’Brien, 王伟 🎉": "José O’Brien, 王伟 🎉", "a\x1b]0;x\x07b": `a\u001b]0;x\u0007b`, "a\r\n\tb": `a\u000d\u000a\u0009b`,
		"\u202egpj.exe": `\u202egpj.exe`, "a\u200bb\ufeff": `a\u200bb\ufeff`, "\u0085\x7f": `\u0085\u007f`, "a\u2028b": `a\u2028b`,
		"\U000e0041": `\udb40\udc41`, "a\xffb": "a\ufffdb", "\u00ad": `\u00ad`,
	} {
		if got := visible.Text(text); got != want || visible.Clear(text) != (got == text) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestWriter: also if characters arrive in pieces.
func TestWriter(t *testing.T) {
	const text, want = "line é\tone\x1b[2J\n{\"id\":\"\u202ex\"}\n🎉", "line é\tone\\u001b[2J\n{\"id\":\"\\u202ex\"}\n🎉"
	for size := 1; size <= len(text); size++ {
		var b strings.Builder
		w := visible.NewWriter(&b)
		for at := 0; at < len(text); at += size {
			part := text[at:min(at+size, len(text))]
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if b.String() != want {
			t.Errorf("in pieces of %d: %q", size, b.String())
		}
	}
	broken := visible.NewWriter(failing{})
	if n, err := broken.Write([]byte("x")); n != 0 || err == nil {
		t.Error(n, err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

// FuzzWriter: JSON stays the same JSON, and nothing is left that hides.
func FuzzWriter(f *testing.F) {
	f.Add("a\u202e\x1bé")
	f.Fuzz(func(t *testing.T, text string) {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if _, err := visible.NewWriter(&b).Write(quoted); err != nil {
			t.Fatal(err)
		}
		var before, after string
		if err := errors.Join(json.Unmarshal(quoted, &before), json.Unmarshal([]byte(b.String()), &after)); err != nil || before != after {
			t.Errorf("%q became %q: %v", before, after, err)
		}
		if !visible.Clear(b.String()) {
			t.Errorf("%q hides something", b.String())
		}
	})
}
