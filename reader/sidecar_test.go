package reader

import (
	"errors"
	"os"
	"strings"
	"testing"

	"usersync/reader/place"
	"usersync/reader/proof"
)

func TestSidecar(t *testing.T) {
	sum := hashOf(threeRows)
	for text, want := range map[string]string{
		sum + "  u.csv\n":           "",
		sum + " *exports/u.csv\n":   "",
		sum:                         "",
		sum + "  other.csv\n":       "u.csv.sha256: is about a different file than ",
		"nothing":                   "u.csv.sha256: does not hold the one line",
		hashOf("x") + "  u.csv":     "has the SHA-256 " + sum + ", but " + hashOf("x") + " is in ",
		strings.Repeat("x", 17<<10): "u.csv.sha256: is too long",
	} {
		path := stored(t, "u.csv", []byte(threeRows))
		if err := os.WriteFile(path+proof.SidecarSuffix, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		proofs, _, err := proved(t, Options{Paths: []string{path}, Expect: Expected{Sidecar: true}})
		if want == "" {
			if err != nil || proofs[0].By != proof.BySidecar {
				t.Errorf("%.80q: %v, %v", text, proofs, err)
			}
			continue
		}
		e, ok := errors.AsType[*InputError](err)
		if !ok || !strings.Contains(e.Error(), want) || e.Hint == "" {
			t.Errorf("%.80q: %v, want %q", text, err, want)
		}
		if proofs, _, err = proved(t, Options{Paths: []string{path}}); err != nil || proofs[0].By != proof.Unproven {
			t.Errorf("not asked for, it was looked at: %v, %v", proofs, err)
		}
	}
}

func TestSidecarNotAFile(t *testing.T) {
	path := stored(t, "u.csv", []byte(threeRows))
	if err := os.Mkdir(path+proof.SidecarSuffix, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := proved(t, Options{Paths: []string{path}, Expect: Expected{Sidecar: true}}); err == nil || !strings.HasSuffix(err.Error(), "u.csv.sha256: is not a file") {
		t.Error(err)
	}
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(threeRows), Expect: Expected{Sidecar: true}})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
}

// Of a sidecar whose server cannot be reached, it is not known what it says: writing it again does not help.
func TestSidecarThatCannotBeReached(t *testing.T) {
	for want, err := range map[string]error{
		"write it again": &proof.SidecarError{File: "u.csv.sha256", Rule: "is not a file"},
		"the network":    &proof.SidecarError{File: "https://h/u.csv.sha256", Rule: "cannot be reached", Err: place.Unreachable(errors.New("no"))},
	} {
		if got := inputError("u.csv", 0, err); !strings.Contains(got.Hint, want) {
			t.Errorf("%v: %q", got, got.Hint)
		}
	}
}
