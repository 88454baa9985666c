// Package form writes a value in the form that a call needs: as text, as a number, as JSON, or
// percent-encoded.
//
// It knows values, and neither templates nor calls. Start at Form.
package form

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Form says how a value is written. "" keeps the type: text as text and JSON as
// JSON. The others convert the value; if they cannot, the record is invalid.
type Form string

// The forms other than "".
const (
	Text   Form = "text"   // a JSON string, also for a number
	Number Form = "number" // a JSON number, digit for digit
	Bool   Form = "bool"   // true or false
	List   Form = "list"   // an array of strings
	JSON   Form = "json"   // the JSON that the text is
	URL    Form = "url"    // percent-encoded, for a URL in a body
	MD5    Form = "md5"    // the hash of the text, in lower-case hex
	SHA256 Form = "sha256" // the same
)

// Names returns the forms other than "", as a config names them.
func Names() []string {
	return []string{"text", "number", "bool", "list", "json", "url", "md5", "sha256"}
}

// The rules that a value can break. They never hold the value.
var (
	// ErrNoClear says that a field is to be cleared, and that the form cannot do that.
	ErrNoClear   = errors.New("cannot be cleared: the config does not say how")
	errNotNumber = errors.New("must be a number as JSON writes it, such as 12 or -1.5")
	errNotJSON   = errors.New("must be one JSON value")
)

// InvalidError reports a field whose value cannot be converted to the form that the
// call needs.
type InvalidError struct {
	Field user.Field
	Err   error
}

// Error names the field and the rule, and never holds the value.
func (u *InvalidError) Error() string { return fmt.Sprintf("%s: %v", u.Field, u.Err) }

// Unwrap returns Err.
func (u *InvalidError) Unwrap() error { return u.Err }

// Append appends the value as JSON. The error is a rule that the value breaks.
func (f Form) Append(b []byte, v user.Value) ([]byte, error) {
	text := strings.TrimSpace(v.Text)
	switch f {
	case Number:
		if jsontext.Value(text).Kind() != '0' || !jsontext.Value(text).IsValid() {
			return b, errNotNumber
		}
		return append(b, text...), nil
	case Bool:
		is, err := v.Bool()
		return strconv.AppendBool(b, is), err
	case List:
		list, err := v.List()
		return rest.AppendTexts(b, list), err
	case JSON:
		if !jsontext.Value(text).IsValid() {
			return b, errNotJSON
		}
		return append(b, text...), nil
	case "":
		if v.Kind == user.JSON {
			return append(b, text...), nil
		}
	}
	text, err := f.Text(v)
	return rest.AppendText(b, text), err
}

// Text returns the value as part of a text. The error is a rule that the value breaks.
func (f Form) Text(v user.Value) (string, error) {
	if v.Kind == user.Clear {
		return "", ErrNoClear
	}
	switch f {
	case Number, Bool, JSON:
		b, err := f.Append(nil, v)
		return string(b), err
	case List:
		return "", user.ErrNotText
	}
	text, err := v.Plain()
	switch f {
	case MD5:
		sum := md5.Sum([]byte(text))
		text = hex.EncodeToString(sum[:])
	case SHA256:
		sum := sha256.Sum256([]byte(text))
		text = hex.EncodeToString(sum[:])
	case URL:
		text = strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	}
	return text, err
}

// Mask describes a value by its kind and its length in characters.
func Mask(v user.Value, f Form) string {
	kind := "text"
	switch {
	case v.Kind == user.Clear:
		return "<cleared>"
	case f != "" && f != URL:
		kind = string(f)
	case v.Kind == user.JSON:
		kind = "json"
	}
	return "<" + kind + " of " + strconv.Itoa(len([]rune(v.Text))) + ">"
}
