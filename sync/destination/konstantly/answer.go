package konstantly

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// answer is a user (Konstantly API reference, Create User) or an error,
// {"status":400,"message":"Validation failed","errors":{"email":["..."]}}.
type answer struct {
	ID         jsontext.Value `json:"id"`
	Name       jsontext.Value `json:"name"`
	Email      jsontext.Value `json:"email"`
	Bio        jsontext.Value `json:"bio"`
	Occupation jsontext.Value `json:"occupation"`
	Location   jsontext.Value `json:"location"`
	Timezone   jsontext.Value `json:"timezone"`
	Role       jsontext.Value `json:"role"`
	FromAPI    jsontext.Value `json:"fromApi"`
	IsBanned   jsontext.Value `json:"isBanned"`
	Attributes jsontext.Value `json:"attributes"`
	complaint

	empty bool // there was no body
}

// complaint is the part of an answer that describes an error.
type complaint struct {
	Status  jsontext.Value `json:"status"`
	Message jsontext.Value `json:"message"`
	Error   jsontext.Value `json:"error"`
	Errors  jsontext.Value `json:"errors"`
}

// lax accepts text that is not UTF-8. Duplicate names remain an error: an answer
// with two ids is ambiguous.
var lax = jsontext.AllowInvalidUTF8(true)

// read reads a body. No body is an empty answer, and not an error.
func read(body []byte) (answer, error) {
	s := answer{}
	if s.empty = len(bytes.TrimSpace(body)) == 0; s.empty {
		return s, nil
	}
	err := json.Unmarshal(body, &s, lax)
	return s, err
}

// id returns the user's key, or the digits of a number; "" if there is none.
func (s *answer) id() string { return plainText(s.ID) }

// plainText returns the text of a string, and a number or boolean as written.
func plainText(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		text, _ := jsontext.AppendUnquote(nil, v)
		return string(text)
	case '0', 't', 'f':
		return string(v)
	}
	return ""
}

// status returns the status in the body; 0 if there is no readable one.
func (s *answer) status() int {
	n, err := strconv.Atoi(plainText(s.Status))
	if err != nil || n < 100 || n > 599 {
		return 0
	}
	return n
}

// failed reports whether the body describes an error, whatever the HTTP status. A
// message without a user is one: no success is documented to have that.
func (s *answer) failed() bool {
	return s.status() >= 400 || len(s.fieldErrors()) > 0 || present(s.Error) || s.id() == "" && present(s.Message)
}

func present(v jsontext.Value) bool {
	switch string(v) {
	case "", "null", "false", `""`, "[]", "{}":
		return false
	}
	return true
}

// fieldError holds the errors of one field.
type fieldError struct {
	key   string // the API's name
	words []string
}

// fieldErrors returns the errors of each field, by name. A list without field names
// belongs to the field "".
func (s *answer) fieldErrors() []fieldError {
	var by map[string]jsontext.Value
	if s.Errors.Kind() != '{' || json.Unmarshal(s.Errors, &by, lax) != nil {
		if present(s.Errors) {
			return []fieldError{{"", texts(s.Errors)}}
		}
		return nil
	}
	var list []fieldError
	for _, key := range slices.Sorted(maps.Keys(by)) {
		if present(by[key]) {
			list = append(list, fieldError{key, texts(by[key])})
		}
	}
	return list
}

// texts returns the strings in a string or in a list.
func texts(v jsontext.Value) []string {
	items := []jsontext.Value{v}
	if v.Kind() == '[' {
		items = nil
		_ = json.Unmarshal(v, &items, lax) // it was parsed as part of the body
	}
	var list []string
	for _, item := range items {
		if text := strings.TrimSpace(plainText(item)); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// banned returns isBanned; known is false if the answer does not show it.
func (s *answer) banned() (is, known bool) {
	text := plainText(s.IsBanned)
	return text == "true" || text == "1", text != ""
}
