package object

import (
	"strings"

	"usersync/sync/user"

	"github.com/go-json-experiment/json/jsontext"
)

// Keys collects the keys of objects, those of nested ones joined by dots.
type Keys struct {
	// Known reports whether a key is read as a whole, even if it holds an object.
	Known func(string) bool
	Names []string // in order of appearance
	seen  map[string]bool
	// Unparsed says that an object holds text that an earlier run could not parse, and that is
	// still not valid.
	Unparsed bool
}

// Add adds the keys of a valid object, and nothing for other values.
func (k *Keys) Add(raw []byte) {
	if !jsontext.Value(raw).IsValid() {
		return
	}
	k.object(raw, "", 0)
}

// object adds the keys of an object that is in so many others.
func (k *Keys) object(raw jsontext.Value, prefix string, depth int) {
	members(raw, func(name string, value jsontext.Value) {
		name = prefix + name
		switch {
		case name == user.RejectRaw:
			k.unparsed(value)
		case strings.HasPrefix(name, user.RejectPrefix):
		case value.Kind() == '{' && opens(depth, len(name)) && !k.Known(name):
			k.object(value, name+".", depth+1)
		case !k.seen[name]:
			if k.seen == nil {
				k.seen = map[string]bool{}
			}
			k.seen[name], k.Names = true, append(k.Names, name)
		}
	})
}

// unparsed adds the keys of an object that was rejected as text and is fixed since.
func (k *Keys) unparsed(quoted jsontext.Value) {
	text, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil || len(text) == 0 {
		return
	}
	if IsObject(text) {
		k.object(text, "", 0)
	} else {
		k.Unparsed = true
	}
}

// members calls f with every member of a valid object, and never for other values.
func members(raw jsontext.Value, f func(name string, value jsontext.Value)) {
	dec := jsontext.NewDecoder(strings.NewReader(string(raw)), jsontext.AllowDuplicateNames(true))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return
		}
		text := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			return
		}
		f(text, value)
	}
}

// WithoutRejectKeys returns the object without usersync's own keys, and returns other values
// unchanged. An object with repeated keys is invalid, but still an object.
func WithoutRejectKeys(raw string) string {
	if !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true)) {
		return raw
	}
	out := []byte{'{'}
	members(jsontext.Value(raw), func(name string, value jsontext.Value) {
		if strings.HasPrefix(name, user.RejectPrefix) {
			return
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		quoted, err := jsontext.AppendQuote(nil, name)
		if err == nil {
			out = append(append(append(out, quoted...), ':'), value...)
		}
	})
	return string(append(out, '}'))
}

// Compact returns a valid JSON value on one line.
func Compact(raw string) string {
	value := jsontext.Value(raw)
	if value.Compact() != nil {
		return raw
	}
	return string(value)
}
