package identity

import "testing"

func TestShape(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"ABC-123":                   "AAA-999",
		"ann.lee@example.com":       "aaa.aaa@aaaaaaa.aaa",
		"Müller 7":                  "Aaaaaa 9",
		"王١":                        "a9",
		"a\u200bb":                  "a<U+200B>a",
		"\ufeffid":                  "<U+FEFF>aa",
		"a\x1b[31m":                 "a<U+001B>[99a",
		"a\u00a0b\u202e":            "a<U+00A0>a<U+202E>",
		"★\xff\ufffde\u0301":        "???a?",
		"123456789012345678901234":  "999999999999999999999999",
		"1234567890123456789012345": "999999999999999999999999…",
	} {
		if got := Shape(text); got != want {
			t.Errorf("Shape(%+q) = %q, want %q", text, got, want)
		}
	}
}
