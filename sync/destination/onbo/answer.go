package onbo

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// answer is a user as Onbo shows it (Onbo API reference, The user object), or an
// error. The shape of errors is not documented: a third-party client reads message,
// and treats one that is not empty as a failure whatever the status.
type answer struct {
	UUID       jsontext.Value `json:"uuid"`
	FirstName  jsontext.Value `json:"first_name"`
	MiddleName jsontext.Value `json:"middle_name"`
	LastName   jsontext.Value `json:"last_name"`
	Email      jsontext.Value `json:"email"`
	Phone      jsontext.Value `json:"phone"`
	Address    jsontext.Value `json:"address"`

	Success jsontext.Value `json:"success"`
	Message jsontext.Value `json:"message"`
	Error   jsontext.Value `json:"error"`
	Errors  jsontext.Value `json:"errors"`
	Detail  jsontext.Value `json:"detail"`
}

// lax accepts text that is not UTF-8. Duplicate names remain an error: an answer
// with two uuids is ambiguous.
var lax = jsontext.AllowInvalidUTF8(true)

func read(body []byte) (answer, error) {
	var a *answer
	err := json.Unmarshal(body, &a, lax)
	if err == nil && a == nil {
		err = errNull
	}
	if err != nil {
		return answer{}, err
	}
	return *a, nil
}

// readWords reads an answer that is words alone: plain text, or a JSON string. What
// could be a part of JSON or of a web page is not words.
func readWords(body []byte) (answer, bool) {
	text := bytes.TrimSpace(body)
	switch v := jsontext.Value(text); {
	case len(text) == 0 || string(text) == "null":
		return answer{}, false
	case text[0] == '"' && v.IsValid():
		return answer{Message: v.Clone()}, true
	case !utf8.Valid(text) || strings.ContainsRune(`{[<"`, rune(text[0])):
		return answer{}, false
	}
	words, err := jsontext.AppendQuote(nil, string(text))
	return answer{Message: words}, err == nil
}

var errNull = errors.New("the answer is null")

const maxKey = 200 // a uuid has 36 characters

// key returns the uuid; "" if there is none, or if it cannot be one.
func (a *answer) key() string {
	key, ok := plainText(a.UUID)
	unusable := func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) || unicode.IsSpace(r) }
	if !ok || key == "." || key == ".." || len(key) > maxKey || strings.ContainsFunc(key, unusable) {
		return ""
	}
	return key
}

// otherEmail reports whether the answer to a create shows a different e-mail. That
// may be how Onbo says that a user with this SSN exists; to keep that uuid would
// later update the wrong user.
func (a *answer) otherEmail(sent *user.Record) bool {
	ours, _ := sent.User.Value(user.Email)
	theirs, ok := plainText(a.Email)
	return ok && !same(user.Email, ours, user.TextValue(theirs))
}

// errorText returns what the answer says besides the user.
func (a *answer) errorText() string {
	var said []string
	for _, v := range [...]jsontext.Value{a.Message, a.Error, a.Errors, a.Detail} {
		said = append(said, textsIn(v)...)
	}
	return strings.Join(said, "; ")
}

// done matches words that confirm a delete, and refusals those of one that was refused
// or is to be done later.
var done = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(ok|done|gone|success\w*|complete\w*|confirm\w*|(delet|remov|eras|destroy|purg)\w*)\b`)
})

var refusals = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(not|no|cannot|can't|\w+n't|\w+n’t|unable|fail\w*|err(or)?\w*|invalid|denied|refus\w*|reject\w*|forbidden|unauthori[sz]ed|outstanding|balances?|must|unknown|missing|exists?|will|later|queued|pending|scheduled|try)\b`)
})

// confirms reports whether the answer to a delete says in words that it was done. A
// third-party client knows of a message that confirms the deletion.
func (a *answer) confirms() bool {
	for _, v := range [...]jsontext.Value{a.Error, a.Errors} {
		if len(textsIn(v)) > 0 {
			return false
		}
	}
	words := a.errorText()
	return a.Success.Kind() != 'f' && done().MatchString(words) && !refusals().MatchString(words)
}

// textsIn lists the texts in a value. null, false and empty values have none.
func textsIn(v jsontext.Value) []string {
	switch v.Kind() {
	case '"':
		text, _ := plainText(v)
		if text = strings.TrimSpace(text); text != "" {
			return []string{text}
		}
	case '0', 't':
		return []string{string(v)}
	case '{', '[':
		var tree any
		if json.Unmarshal(v, &tree, lax) == nil {
			return leaves(nil, "", tree)
		}
	}
	return nil
}

// leaves lists the texts below a value, those of an object after their names.
func leaves(list []string, name string, tree any) []string {
	switch t := tree.(type) {
	case string:
		if t = strings.TrimSpace(t); t != "" {
			list = append(list, strings.TrimPrefix(name+": "+t, ": "))
		}
	case []any:
		for _, item := range t {
			list = leaves(list, name, item)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(t)) {
			list = leaves(list, key, t[key])
		}
	}
	return list
}

// plainText returns the text of a string; false for any other value.
func plainText(v jsontext.Value) (string, bool) {
	if v.Kind() != '"' {
		return "", false
	}
	text, err := jsontext.AppendUnquote(nil, v)
	return string(text), err == nil
}

// bodyText returns what the body of a fault says.
func bodyText(body []byte) string {
	if a, err := read(body); err == nil {
		return a.errorText()
	}
	return rest.PlainText(body)
}
