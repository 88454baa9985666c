package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"usersync/sync/user"
)

var (
	errPlainSecret   = errors.New("a secret is written here in clear text")
	errPasswordInURL = errors.New("the URL contains a password in clear text")
)

// expand replaces env:NAME and file:PATH with the value they name, without one
// trailing newline. Paths are relative to dir. The error never contains the value.
func expand(text, dir string, lookup func(string) (string, bool)) (string, error) {
	if variable, ok := strings.CutPrefix(text, "env:"); ok {
		v, set := lookup(variable)
		if !set || v == "" {
			return "", &unsetError{variable}
		}
		return trimNewline(v), nil
	}
	if file, ok := strings.CutPrefix(text, "file:"); ok {
		b, err := os.ReadFile(relativeTo(dir, file))
		if err != nil {
			return "", err
		}
		if trimNewline(string(b)) == "" {
			return "", fmt.Errorf("%s is empty", relativeTo(dir, file))
		}
		return trimNewline(string(b)), nil
	}
	return text, nil
}

// unsetError is an env:NAME whose variable is not set.
type unsetError struct{ variable string }

func (e *unsetError) Error() string {
	return fmt.Sprintf("environment variable %s is not set, or is empty", e.variable)
}

func isIndirect(text string) bool {
	return strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:")
}

func trimNewline(s string) string {
	if line, ok := strings.CutSuffix(s, "\n"); ok {
		return strings.TrimSuffix(line, "\r")
	}
	return s
}

// relativeTo resolves a path that is relative to dir.
func relativeTo(dir, path string) string {
	if filepath.IsAbs(path) || path == "-" {
		return path
	}
	return filepath.Join(dir, path)
}

// checkURL refuses anything but an http or https URL, without quoting it.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("must be a URL such as https://api.example.com")
	}
	return nil
}

func hasPassword(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		// Text that does not parse may still hold one, between // and @.
		return strings.Contains(text, "@")
	}
	_, has := u.User.Password()
	return has
}

// maskedURL is a URL without its password.
func maskedURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return user.Mask
	}
	return u.Redacted()
}
