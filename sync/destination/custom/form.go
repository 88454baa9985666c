package custom

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// form says how a value is written. "" keeps the type: text as text and JSON as
// JSON. The others convert the value; if they cannot, the record is invalid.
type form string

const (
	formText   form = "text"   // a JSON string, also for a number
	formNumber form = "number" // a JSON number, digit for digit
	formBool   form = "bool"   // true or false
	formList   form = "list"   // an array of strings
	formJSON   form = "json"   // the JSON that the text is
	formURL    form = "url"    // percent-encoded, for a URL in a body
)

var forms = []string{"text", "number", "bool", "list", "json", "url"}

// The rules that a value can break. They never hold the value.
var (
	errNotNumber = errors.New("must be a number as JSON writes it, such as 12 or -1.5")
	errNotJSON   = errors.New("must be one JSON value")
	errNoClear   = errors.New("cannot be cleared: the config does not say how")
)

// invalidValue reports a field whose value cannot be converted to the form that the
// call needs.
type invalidValue struct {
	field user.Field
	err   error
}

func (u *invalidValue) Error() string { return fmt.Sprintf("%s: %v", u.field, u.err) }
func (u *invalidValue) Unwrap() error { return u.err }

// append appends the value as JSON.
func (f form) append(b []byte, v user.Value) ([]byte, error) {
	text := strings.TrimSpace(v.Text)
	switch f {
	case formNumber:
		if jsontext.Value(text).Kind() != '0' || !jsontext.Value(text).IsValid() {
			return b, errNotNumber
		}
		return append(b, text...), nil
	case formBool:
		is, err := v.Bool()
		return strconv.AppendBool(b, is), err
	case formList:
		list, err := v.List()
		return rest.AppendTexts(b, list), err
	case formJSON:
		if !jsontext.Value(text).IsValid() {
			return b, errNotJSON
		}
		return append(b, text...), nil
	case "":
		if v.Kind == user.JSON {
			return append(b, text...), nil
		}
	}
	text, err := f.text(v)
	return rest.AppendText(b, text), err
}

// text returns the value as part of a text.
func (f form) text(v user.Value) (string, error) {
	if v.Kind == user.Clear {
		return "", errNoClear
	}
	switch f {
	case formNumber, formBool, formJSON:
		b, err := f.append(nil, v)
		return string(b), err
	case formList:
		return "", user.ErrNotText
	}
	text, err := v.Plain()
	if f == formURL {
		text = strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	}
	return text, err
}

func number(n int) string { return strconv.Itoa(n) }

// mask describes a value by its kind and its length in characters.
func mask(v user.Value, f form) string {
	kind := "text"
	switch {
	case v.Kind == user.Clear:
		return "<cleared>"
	case f != "" && f != formURL:
		kind = string(f)
	case v.Kind == user.JSON:
		kind = "json"
	}
	return "<" + kind + " of " + number(len([]rune(v.Text))) + ">"
}
