// Package problem reads problem details (RFC 9457): the JSON in which many APIs say why
// a call failed, whatever format their other answers have.
//
// It reads what an answer says and decides nothing: not what it means for a user, nor
// what of it may be shown (package vocabulary).
//
// Start at Read.
package problem

import (
	"mime"
	"net/url"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// media is the type of problem details (RFC 9457 3).
const media = "application/problem+json"

// Details is what an answer says about its problem. The texts are the API's own.
type Details struct {
	// Code is the API's own code for the problem, an extension; empty if it has none.
	Code string
	// Kind is the last part of the problem's type, as words: out of credit. Empty if the
	// type names no problem.
	Kind string
	// Text is the title, the detail and the errors in one line. It may be empty.
	Text string
}

// Is reports whether the Content-Type of an answer is that of problem details.
func Is(contentType string) bool {
	if !strings.Contains(contentType, "problem") && !strings.Contains(contentType, "PROBLEM") {
		return false // spares a parse of every success
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && strings.EqualFold(kind, media)
}

// members are the members that are read: those of RFC 9457 3.1, and the extensions that
// are in common use.
type members struct {
	Type   jsontext.Value `json:"type"`
	Title  jsontext.Value `json:"title"`
	Detail jsontext.Value `json:"detail"`
	Status jsontext.Value `json:"status"`
	Code   jsontext.Value `json:"code"`
	Errors jsontext.Value `json:"errors"`
}

// lax accepts text that is not UTF-8, and names given twice: both do no harm here.
var lax = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// Read reads the body of an answer with the given Content-Type. Where that is not the
// type of problem details, the body must have their shape: a title, and a type or a
// status. ok is false if the body is no problem details.
func Read(contentType string, body []byte) (d Details, ok bool) {
	var m members
	if jsontext.Value(body).Kind() != '{' || json.Unmarshal(body, &m, lax) != nil {
		return Details{}, false
	}
	if !Is(contentType) && (m.Title.Kind() != '"' || m.Type.Kind() != '"' && m.Status.Kind() != '0') {
		return Details{}, false
	}
	return m.details(), true
}

// In reads one entry of an answer that tells of several problems, whose place makes it one.
func In(entry []byte) Details {
	var m members
	if jsontext.Value(entry).Kind() != '{' || json.Unmarshal(entry, &m, lax) != nil {
		return Details{}
	}
	return m.details()
}

func (m *members) details() Details {
	title, detail := strings.TrimRight(text(m.Title), "."), text(m.Detail)
	said := texts(m.Errors)
	switch {
	case detail == "" || strings.EqualFold(detail, title):
		detail = title
	case title != "":
		detail = title + ": " + detail
	}
	if detail != "" {
		said = append([]string{detail}, said...)
	}
	return Details{Code: text(m.Code), Kind: kind(text(m.Type)), Text: strings.Join(said, "; ")}
}

// kind is the last part of a type, which is a URI: problems/out-of-credit. The URI of a
// section of HTTP's own RFC names no problem, and about:blank says that there is none.
func kind(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "about" || strings.HasSuffix(u.Hostname(), "ietf.org") || strings.HasSuffix(u.Hostname(), "rfc-editor.org") {
		return ""
	}
	path := strings.TrimRight(u.Path+u.Opaque, "/")
	var words strings.Builder
	for i, r := range path[strings.LastIndexAny(path, "/:")+1:] {
		switch {
		case strings.ContainsRune("-_.", r):
			r = ' '
		case unicode.IsUpper(r) && i > 0:
			words.WriteByte(' ')
		}
		words.WriteRune(unicode.ToLower(r))
	}
	return strings.Join(strings.Fields(words.String()), " ")
}

func text(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
