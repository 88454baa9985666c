package reader

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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

func TestSidecar(t *testing.T) {
	sum := hashOf(threeRows)
	for text, want := range map[string]string{
		sum + "  u.csv\n":           "",
		sum + " *exports/u.csv\n":   "",
		sum:                         "",
		sum + "  other.csv\n":       "u.csv.sha256: is about another file than ",
		"nothing":                   "u.csv.sha256: does not hold the one line",
		hashOf("x") + "  u.csv":     "has the SHA-256 " + sum + ", and " + hashOf("x") + " stands in ",
		strings.Repeat("x", 17<<10): "u.csv.sha256: is too long",
	} {
		path := stored(t, "u.csv", []byte(threeRows))
		if err := os.WriteFile(path+SidecarSuffix, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		proofs, _, err := proved(t, Options{Paths: []string{path}, Sidecar: true})
		if want == "" {
			if err != nil || proofs[0].By != BySidecar {
				t.Errorf("%.80q: %v, %v", text, proofs, err)
			}
			continue
		}
		e, ok := errors.AsType[*InputError](err)
		if !ok || !strings.Contains(e.Error(), want) || e.Hint == "" {
			t.Errorf("%.80q: %v, want %q", text, err, want)
		}
		if proofs, _, err = proved(t, Options{Paths: []string{path}}); err != nil || proofs[0].By != Unproved {
			t.Errorf("not asked for, it was looked at: %v, %v", proofs, err)
		}
	}
}

func TestSidecarThatIsNoFile(t *testing.T) {
	path := stored(t, "u.csv", []byte(threeRows))
	if err := os.Mkdir(path+SidecarSuffix, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := proved(t, Options{Paths: []string{path}, Sidecar: true}); err == nil || !strings.HasSuffix(err.Error(), "u.csv.sha256: is not a file") {
		t.Error(err)
	}
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(threeRows), Sidecar: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Error(err)
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
