package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// SidecarSuffix is added to a file's name to get the name of its sidecar.
const SidecarSuffix = ".sha256"

// SidecarError says that a sidecar is not what it should be. It does not hold the text.
type SidecarError struct {
	File string // the sidecar
	Rule string
	Err  error // may be nil
}

// Error names the file and the rule.
func (e *SidecarError) Error() string { return e.File + ": " + e.Rule }

// Unwrap returns Err.
func (e *SidecarError) Unwrap() error { return e.Err }

// Sidecar returns the SHA-256 in the sidecar of the file at path; empty if it has none. An
// error is a *SidecarError.
func Sidecar(path string) (string, error) {
	file := path + SidecarSuffix
	invalid := func(rule string, err error) error { return &SidecarError{File: file, Rule: rule, Err: err} }
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err == nil && !info.Mode().IsRegular():
		return "", invalid("is not a file", nil)
	case err == nil && info.Size() > SumLimit:
		return "", invalid("is too long for the one line that sha256sum writes for a file", nil)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", invalid("cannot be read", err)
	}
	return SidecarSum(path, text)
}

// SidecarSum returns the SHA-256 in the text of the sidecar of the file at path, which may be a
// URL. An error is a *SidecarError.
func SidecarSum(path string, text []byte) (string, error) {
	invalid := func(rule string, err error) error {
		return &SidecarError{File: path + SidecarSuffix, Rule: rule, Err: err}
	}
	sum, name, err := ParseSHA256(text)
	switch {
	case err != nil:
		return "", invalid(err.Error(), err)
	case name != "" && filepath.Base(name) != filepath.Base(path):
		return "", invalid("is about a different file than "+path, nil)
	}
	return sum, nil
}

// SumLimit is more than the longest line of sha256sum, in bytes.
const SumLimit = 16 << 10

var errNoSum = errors.New("does not hold the one line that sha256sum writes for a file: 64 hex digits, then the name")

// ParseSHA256 reads the one line that sha256sum writes for a file: 64 hex
// digits, a space, a space or a star, and the name. The name may be left out. An
// error does not quote the text.
func ParseSHA256(text []byte) (sum, name string, err error) {
	line := strings.TrimRight(string(text), "\r\n")
	line, escaped := strings.CutPrefix(line, `\`)
	sum, rest, named := strings.Cut(line, " ")
	if !IsSHA256(sum) || strings.ContainsAny(line, "\r\n\x00") {
		return "", "", errNoSum
	}
	sum = strings.ToLower(sum)
	if strings.TrimSpace(rest) == "" && !escaped {
		return sum, "", nil
	}
	if !named || len(rest) < 2 || rest[0] != ' ' && rest[0] != '*' {
		return "", "", errNoSum
	}
	if name = rest[1:]; escaped {
		name = unescaped.Replace(name)
	}
	return sum, name, nil
}

// unescaped undoes sha256sum's escaping of names, which a leading backslash announces.
var unescaped = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")

// IsSHA256 reports whether text is a SHA-256 in hex.
func IsSHA256(text string) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == sha256.Size
}
