package place

import (
	"net/url"
	"path"
	"strings"
)

// URL is the address of an object, in parts.
type URL struct {
	Scheme string // in lower case
	User   string // of sftp; empty for most
	Host   string // with the port; the bucket or container of a bucket
	// Path of the object, with its leading slash only where the protocol has one: not in a
	// bucket. It is text, not encoded; of http and https it stays encoded.
	Path string
	// Query holds what follows the question mark. It may be a credential and is never shown.
	Query string
}

// Is reports whether text is a URL, and not a local path. A URL of the scheme file is a local
// path: see Local.
func Is(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && isScheme(scheme)
}

func isScheme(text string) bool {
	return text != "" && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789+.-") == "" && text[0] > '9'
}

// Local is the path of a URL of the scheme file; false if text is none.
func Local(text string) (string, bool) {
	if len(text) < len("file://") || !strings.EqualFold(text[:len("file://")], "file://") {
		return "", false
	}
	u, err := url.Parse(text)
	if err != nil || u.Host != "" && u.Host != "localhost" || u.Path == "" {
		return text[len("file://"):], true
	}
	return u.Path, true
}

// Shown is a URL without its query and without a password; other text stays what it is.
func Shown(text string) string {
	if _, local := Local(text); local || !Is(text) {
		return text
	}
	return parse(text).String()
}

// parse cuts a URL into its parts. It never fails: what is missing is empty.
func parse(text string) URL {
	scheme, rest, _ := strings.Cut(text, "://")
	u := URL{Scheme: strings.ToLower(scheme)}
	if u.web() {
		rest, _, _ = strings.Cut(rest, "#")
		rest, u.Query, _ = strings.Cut(rest, "?")
	} else if at := strings.LastIndexByte(rest, '?'); at >= 0 && isQuery(rest[at+1:]) {
		rest, u.Query = rest[:at], rest[at+1:]
	}
	u.Host, u.Path, _ = strings.Cut(rest, "/")
	if at := strings.LastIndexByte(u.Host, '@'); at >= 0 {
		u.User, u.Host = u.Host[:at], u.Host[at+1:]
	}
	if u.web() || u.Scheme == "sftp" {
		u.Path = "/" + u.Path
	}
	return u
}

// web reports whether the URL is one of HTTP, whose parts are encoded.
func (u URL) web() bool { return u.Scheme == "http" || u.Scheme == "https" }

// isQuery reports whether what follows a question mark is one, and not a pattern.
func isQuery(text string) bool {
	name, _, found := strings.Cut(text, "=")
	return found && name != "" && !strings.ContainsAny(name, "/*?[.")
}

// String is the URL without its query and without a password: what may be shown and stored.
func (u URL) String() string {
	text := u.Scheme + "://"
	if name, _, _ := strings.Cut(u.User, ":"); name != "" && u.Scheme == "sftp" {
		text += name + "@"
	}
	return text + u.Host + "/" + strings.TrimPrefix(u.Path, "/")
}

// At is the address of another object of the same place.
func (u URL) At(path string) URL {
	u.Path = path
	return u
}

// Under is the address of an object in the folder that u is.
func (u URL) Under(name string) URL { return u.At(path.Join(u.Path, name)) }

// HoldsSecret reports whether a URL holds a password, or a query of HTTP, which may be a
// signature. Parameters of buckets are none.
func HoldsSecret(text string) bool {
	if !Is(text) {
		return false
	}
	u := parse(text)
	return u.hasPassword() || u.web() && u.Query != ""
}

// hasPassword reports whether the URL holds one.
func (u URL) hasPassword() bool {
	_, password, found := strings.Cut(u.User, ":")
	return found && password != "" || u.web() && u.User != ""
}

// pattern reports whether the path names several objects, and the part of it before the first
// character that makes it a pattern.
func (u URL) pattern() (prefix string, is bool) {
	at := strings.IndexAny(u.Path, "*?[")
	if at < 0 || u.web() {
		return u.Path, false
	}
	return u.Path[:at], true
}
