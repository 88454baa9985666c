package resource

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Path names an attribute of a user as RFC 7644 3.5.2 does: an attribute, a part of it,
// or a part of the one element of a list that a filter finds.
type Path struct {
	URN  string // of the extension; "" for the core schema
	Attr string
	// Where and Is are the filter: the element whose part Where equals Is, a JSON
	// text. "" means no filter.
	Where, Is string
	Sub       string // "" if the path names the whole
}

// String is the path as a PATCH sends it. Two paths to one place have one text.
func (p Path) String() string {
	text := p.Attr
	if p.URN != "" {
		text = p.URN + ":" + text
	}
	if p.Where != "" {
		text += "[" + p.Where + " eq " + p.Is + "]"
	}
	if p.Sub != "" {
		text += "." + p.Sub
	}
	return text
}

// Element is the path to the whole element that the filter finds.
func (p Path) Element() string {
	p.Sub = ""
	return p.String()
}

var errPath = errors.New("is not a path to a SCIM attribute")

// ParsePath reads attr, attr.sub, attr[type eq "work"].sub and attr[work].sub, each also
// after the URN of a schema and a colon. Names that SCIM defines get its spelling: they
// are compared without case (RFC 7643 2.1).
func ParsePath(text string) (Path, error) {
	var p Path
	head, filter, tail := text, "", ""
	if open := strings.IndexByte(text, '['); open >= 0 {
		end := strings.LastIndexByte(text, ']')
		if end < open {
			return p, errPath
		}
		head, filter, tail = text[:open], text[open+1:end], text[end+1:]
		if tail != "" && tail[0] != '.' {
			return p, errPath
		}
	}
	if colon := strings.LastIndexByte(head, ':'); colon >= 0 {
		p.URN, head = head[:colon], head[colon+1:]
		if !isURN(p.URN) {
			return p, errPath
		}
	}
	if tail == "" && filter == "" {
		head, tail = cutSub(head)
	}
	p.Attr, p.Sub = head, strings.TrimPrefix(tail, ".")
	if !isName(p.Attr) || tail != "" && !isName(p.Sub) {
		return p, errPath
	}
	if strings.Contains(text, "[") {
		var ok bool
		if p.Where, p.Is, ok = parseFilter(filter); !ok {
			return p, errPath
		}
	}
	return p.canonical(), nil
}

func cutSub(head string) (attr, tail string) {
	if dot := strings.IndexByte(head, '.'); dot >= 0 {
		return head[:dot], head[dot:]
	}
	return head, ""
}

// isURN reports whether text may name a schema (RFC 8141 2).
func isURN(text string) bool {
	if len(text) < 8 || !strings.EqualFold(text[:4], "urn:") {
		return false
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '[' || c == ']' {
			return false
		}
	}
	return true
}

// isName reports whether text is an ATTRNAME (RFC 7643 2.1); $ref is one too.
func isName(text string) bool {
	for i := range len(text) {
		switch c := text[i] | 0x20; {
		case 'a' <= c && c <= 'z', text[i] == '$' && i == 0:
		case '0' <= text[i] && text[i] <= '9', text[i] == '-', text[i] == '_':
			if i == 0 {
				return false
			}
		default:
			return false
		}
	}
	return text != ""
}

// parseFilter reads attr eq "text", attr eq true, a bare word, which is a type, and
// primary.
func parseFilter(text string) (where, is string, ok bool) {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, "primary") {
		return "primary", "true", true
	}
	if isName(text) {
		return "type", `"` + text + `"`, true
	}
	where, rest, _ := strings.Cut(text, " ")
	operator, is, _ := strings.Cut(strings.TrimSpace(rest), " ")
	is = strings.TrimSpace(is)
	value := jsontext.Value(is)
	if !isName(where) || !strings.EqualFold(operator, "eq") || !value.IsValid() {
		return "", "", false
	}
	switch value.Kind() {
	case '"', 't', 'f', '0':
		return where, is, true
	}
	return "", "", false
}
