package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestParseSHA256(t *testing.T) {
	sum := hashOf("x")
	for text, want := range map[string]string{
		sum:                              sum + " ",
		sum + "\n":                       sum + " ",
		strings.ToUpper(sum) + "  a.csv": sum + " a.csv",
		sum + " *a b.csv\r\n":            sum + " a b.csv",
		sum + "   a.csv\n":               sum + "  a.csv",
		`\` + sum + `  a\\b\n.csv`:       sum + " a\\b\n.csv",
		"":                               "!",
		sum[1:] + "  a.csv":              "!",
		"x" + sum[1:] + "  a.csv":        "!",
		sum + " a.csv":                   "!",
		sum + "\ta.csv":                  "!",
		sum + "  a\n" + sum + "  b":      "!",
		"SHA256 (a.csv) = " + sum:        "!",
		" " + sum:                        "!",
		sum + "  a\x00b":                 "!",
		`\` + sum:                        "!",
	} {
		got, name, err := ParseSHA256([]byte(text))
		told := got + " " + name
		if err != nil {
			told = "!"
		}
		if told != want {
			t.Errorf("%q: %q, want %q", text, told, want)
		}
		if err != nil && strings.Contains(err.Error(), "a.csv") {
			t.Errorf("%q: the error quotes it: %v", text, err)
		}
	}
}

// FuzzSHA256 reads back what sha256sum writes for any name, and never panics.
func FuzzSHA256(f *testing.F) {
	for _, seed := range []string{"u.csv", "a\nb", `\`, " ", "*", "ü\r"} {
		f.Add(seed)
	}
	sum := hashOf("x")
	f.Fuzz(func(t *testing.T, text string) {
		if got, name, err := ParseSHA256([]byte(text)); err == nil && (!IsSHA256(got) || strings.ToLower(got) != got || filepath.Base(name) == "") {
			t.Fatalf("%q gives %q", text, got)
		}
		if text == "" || strings.ContainsRune(text, 0) || strings.TrimSpace(text) == "" {
			return
		}
		got, name, err := ParseSHA256([]byte(summed(sum, text)))
		if err != nil || got != sum || name != text {
			t.Fatalf("%q is read as %q, %v", text, name, err)
		}
	})
}

// summed is a line of sha256sum, GNU coreutils 9.
func summed(sum, name string) string {
	escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
	if escaped != name {
		return `\` + sum + "  " + escaped + "\n"
	}
	return sum + "  " + name + "\n"
}
