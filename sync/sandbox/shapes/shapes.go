// Package shapes holds mock servers for APIs that a config describes, one small file
// each: how they take several users in a call and, above all, how they report what
// happened to each. They are written from the vendors' documentation and know no
// client.
//
// They do only what a sync of users needs. Start at All.
package shapes

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/sandbox"
)

// All returns the mock servers by their names in a config.
func All() map[string]sandbox.API {
	return map[string]sandbox.API{
		"hubspot": hubspot{}, "salesforce": salesforce{}, "graph": graph{}, "iterable": iterable{}, "braze": braze{},
		"single": single{},
	}
}

// fields holds the members of a JSON object, unparsed.
type fields map[string]jsontext.Value

// text returns a member that is a string, or "".
func (f fields) text(name string) string {
	var s string
	if json.Unmarshal(f[name], &s) != nil {
		return ""
	}
	return s
}

// under returns a member that is an object, or nil.
func (f fields) under(name string) fields {
	var inner fields
	if json.Unmarshal(f[name], &inner) != nil {
		return nil
	}
	return inner
}

// list reads the objects of an array that is a member of the body.
func list(body []byte, name string) ([]fields, bool) {
	var whole fields
	var all []fields
	if json.Unmarshal(body, &whole) != nil || json.Unmarshal(whole[name], &all) != nil || len(all) == 0 {
		return nil, false
	}
	return all, true
}

// encode cannot fail: its values are texts, numbers and parsed JSON.
func encode(v any) []byte {
	b, _ := json.Marshal(v, json.Deterministic(true))
	return b
}

func answer(status int, v any) sandbox.Answer { return sandbox.JSON(status, encode(v)) }

// merge applies the members of an update to those stored.
func merge(old []byte, now fields) []byte {
	held := fields{}
	if json.Unmarshal(old, &held) != nil {
		held = fields{}
	}
	for name, value := range now {
		if value.Kind() == 'n' {
			delete(held, name)
			continue
		}
		held[name] = value
	}
	return encode(held)
}

func noSuchPath() *sandbox.Refusal {
	return &sandbox.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this path"}
}

func malformed(detail string) *sandbox.Refusal {
	return &sandbox.Refusal{Status: http.StatusBadRequest, Detail: detail}
}

// segment returns the part of a path after prefix, if it is one segment.
func segment(path, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	text, err := url.PathUnescape(rest)
	return text, err == nil && text != ""
}

// mentioned reports whether an answer of this shape mentions item i.
func mentioned(s sandbox.Shape, i int) bool { return slices.Contains(s.Order, i) }

func fieldsOf(object []byte) fields {
	var f fields
	if json.Unmarshal(object, &f) != nil {
		return fields{}
	}
	return f
}
