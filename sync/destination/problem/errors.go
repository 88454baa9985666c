package problem

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// mostErrors bounds how many errors are read: what is shown of them is one line.
const mostErrors = 20

// fault is one of the errors of RFC 9457 3: a detail and where it is in the request.
type fault struct {
	Detail    jsontext.Value `json:"detail"`
	Message   jsontext.Value `json:"message"`
	Title     jsontext.Value `json:"title"`
	Pointer   jsontext.Value `json:"pointer"`
	Name      jsontext.Value `json:"name"`
	Field     jsontext.Value `json:"field"`
	Parameter jsontext.Value `json:"parameter"`
}

// texts reads the extension errors: a list of objects as in the RFC's own example, a list
// of texts, or texts by field.
func texts(v jsontext.Value) []string {
	switch v.Kind() {
	case '[':
		return listed(v)
	case '{':
		return byField(v)
	}
	return nil
}

func listed(v jsontext.Value) (said []string) {
	var items []jsontext.Value
	if json.Unmarshal(v, &items, lax) != nil {
		return nil
	}
	for _, item := range items[:min(len(items), mostErrors)] {
		one := text(item)
		if item.Kind() == '{' {
			one = faultText(item)
		}
		if one != "" {
			said = append(said, one)
		}
	}
	return said
}

// faultText is the text of one error, after the name of its field.
func faultText(v jsontext.Value) string {
	var f fault
	if json.Unmarshal(v, &f, lax) != nil {
		return ""
	}
	said := cmp.Or(text(f.Detail), text(f.Message), text(f.Title))
	field := cmp.Or(text(f.Field), text(f.Name), text(f.Parameter), last(text(f.Pointer)))
	return strings.Trim(field+": "+said, ": ")
}

// last is the member that a JSON pointer names: #/data/email is email.
func last(pointer string) string {
	return pointer[strings.LastIndexByte(pointer, '/')+1:]
}

func byField(v jsontext.Value) (said []string) {
	var fields map[string]jsontext.Value
	if json.Unmarshal(v, &fields, lax) != nil {
		return nil
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if len(said) == mostErrors {
			break
		}
		one := text(fields[field])
		if fields[field].Kind() == '[' {
			one = strings.Join(listed(fields[field]), ", ")
		}
		if one != "" {
			said = append(said, strings.TrimPrefix(field+": "+one, ": "))
		}
	}
	return said
}
