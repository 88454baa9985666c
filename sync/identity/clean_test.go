package identity

import (
	"strings"
	"testing"
	"unicode"
)

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"cust-1":                "cust-1",
		" \t\r\n\v\fcust-1 \n":  "cust-1",
		"\u00a0cust-1\u00a0":    "cust-1", // no-break space
		"\u3000cust-1\u2003":    "cust-1", // ideographic and em space
		"\u0085cust-1\u2028":    "cust-1", // line ends
		"\ufeffcust-1":          "cust-1", // the BOM of a file that was joined
		"cust-1\ufeff":          "cust-1",
		"\u200bcust-1\u200d":    "cust-1",
		"\u200ecust-1\u202c":    "cust-1", // direction characters
		"\u00adcust-1\u2060":    "cust-1",
		" \ufeff \u200b cust-1": "cust-1", // in turns
		"ï»¿cust-1":             "cust-1", // the BOM, read as Latin-1
		"\ufeffï»¿ cust-1":      "cust-1",
		"cust\u200b-1":          "cust\u200b-1", // inside it makes the id invalid
		"cust 1":                "cust 1",
		"cust\u00a01":           "cust\u00a01",
		"\x00cust-1":            "\x00cust-1",
		`"cust-1"`:              `"cust-1"`,
		"'00123":                "'00123",
		"cust-1ï»¿":             "cust-1ï»¿", // a BOM is trimmed in front only
		"ü":                     "ü",
		"e\u0301":               "e\u0301", // combining characters are visible
		"\u00a0\ufeff":          "",
		"\xff":                  "\xff",
	} {
		got := Clean(text)
		if got != want {
			t.Errorf("Clean(%+q) = %+q, want %+q", text, got, want)
		}
		if again := Clean(got); again != got {
			t.Errorf("Clean(%+q) is not clean: %+q", text, again)
		}
	}
}

// The list is that of Unicode 15. Characters that a newer Unicode adds to the
// property change which text is an id: add them here by decision.
func TestInvisibleIsDefaultIgnorable(t *testing.T) {
	const reserved = "\u2065\ufff0\ufff1\ufff2\ufff3\ufff4\ufff5\ufff6\ufff7\ufff8"
	for r := rune(0); r <= unicode.MaxRune; r++ {
		// DerivedCoreProperties.txt: Other_Default_Ignorable_Code_Point, format
		// characters and variation selectors, less these.
		derived := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector) &&
			!unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark) &&
			!(0xfff9 <= r && r <= 0xfffb) && !(0x13430 <= r && r <= 0x1343f)
		if Invisible(r) != (derived || strings.ContainsRune(reserved, r)) {
			t.Errorf("Invisible(%U) = %v", r, Invisible(r))
		}
	}
}
