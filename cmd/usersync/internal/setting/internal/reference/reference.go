// Package reference reads what a value of the config leads to: env:NAME, file:PATH, a path
// or a URL. It knows no setting.
//
// Nothing here shows a value: neither an error nor a masked URL contains one that may be a
// secret. Start at Expand.
package reference

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"usersync/reader/place"
	"usersync/sync/user"
)

// Expand replaces env:NAME and file:PATH with the value they name, without one
// trailing newline. Paths are relative to dir. The error never contains the value.
func Expand(text, dir string, lookup func(string) (string, bool)) (string, error) {
	if variable, ok := strings.CutPrefix(text, "env:"); ok {
		v, set := lookup(variable)
		if !set || v == "" {
			return "", &UnsetError{variable}
		}
		return trimNewline(v), nil
	}
	if file, ok := strings.CutPrefix(text, "file:"); ok {
		b, err := os.ReadFile(RelativeTo(dir, file))
		if err != nil {
			return "", err
		}
		if trimNewline(string(b)) == "" {
			return "", fmt.Errorf("%s is empty", RelativeTo(dir, file))
		}
		return trimNewline(string(b)), nil
	}
	return text, nil
}

// UnsetError is an env:NAME whose variable is not set.
type UnsetError struct{ Variable string }

// Error names the variable.
func (e *UnsetError) Error() string {
	return fmt.Sprintf("environment variable %s is not set, or is empty", e.Variable)
}

// Is reports whether a text is an env:NAME or a file:PATH.
func Is(text string) bool {
	return strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:")
}

func trimNewline(s string) string {
	if line, ok := strings.CutSuffix(s, "\n"); ok {
		return strings.TrimSuffix(line, "\r")
	}
	return s
}

// RelativeTo resolves a path that is relative to dir. It does not change a URL, nor -, the
// standard streams.
func RelativeTo(dir, path string) string {
	if filepath.IsAbs(path) || path == "-" || place.Is(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// CheckURL refuses anything but an http or https URL, without quoting it.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("must be a URL such as https://api.example.com")
	}
	return nil
}

// HasPassword reports whether a URL holds a password, or may hold one.
func HasPassword(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		// Text that does not parse may still hold one, between // and @.
		return strings.Contains(text, "@")
	}
	_, has := u.User.Password()
	return has
}

// MaskedURL is a URL without its password.
func MaskedURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return user.Mask
	}
	return u.Redacted()
}
