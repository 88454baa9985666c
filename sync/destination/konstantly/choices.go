package konstantly

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Schema holds the custom attributes of a site, by API id.
type Schema map[string]attribute

// attribute is a custom attribute as the site defines it (Konstantly API
// reference, Get User Custom Attributes).
type attribute struct {
	APIID   string   `json:"apiId"`
	Type    int      `json:"type"`
	Options []option `json:"extraData"`
}

type option struct {
	ID    int64  `json:"id"`
	Value string `json:"value"`
}

// The types of attributes with rules for their values.
const (
	ofText    = 1
	ofChoice  = 3
	ofChoices = 4
	ofYesNo   = 6
	ofNumber  = 8
)

const maxText = 255 // characters of a text; Konstantly API reference, Update User Custom Attributes

// Learn asks the site for its custom attributes, in one call. Its error is New's, or
// a *destination.CallError.
func Learn(ctx context.Context, config Config) (Schema, error) {
	api, err := config.connect()
	if err != nil {
		return nil, err
	}
	defer api.CloseIdle()
	a, err := api.Do(ctx, rest.Request{Method: http.MethodGet, Path: []string{"custom", "attributes", "users"}, Collection: true})
	if err != nil {
		return nil, err
	}
	defer a.Release()
	var list []attribute
	switch err := json.Unmarshal(a.Body, &list, lax); {
	case a.Status/100 != 2:
		return nil, a.Fail(destination.RefusedWhole, destination.StatusCode(a.Status), a.Words().Clean(bodyText(a.Body), ""))
	case err != nil || list == nil:
		return nil, a.Fail(destination.NotTaken, "not_json", "")
	}
	schema := make(Schema, len(list))
	for _, known := range list {
		schema[known.APIID] = known
	}
	return schema, nil
}

var (
	errNoAttribute = errors.New("the site has no custom attribute of this API id")
	errNoOption    = errors.New("must be the name or the id of one of the attribute's options")
	errNoOptions   = errors.New("must be names or ids of the attribute's options: a JSON array, or items separated by ; or |")
	errNotNumber   = errors.New("must be a number")
	errTooLong     = errors.New("must be at most 255 characters")
)

// typed returns the value with the type of its attribute. Without a schema it
// returns v unchanged.
func (w *form) typed(id string, v user.Value) (user.Value, error) {
	known, ok := w.config.Schema[id]
	switch {
	case w.config.Schema == nil || v.Kind == user.Clear:
		return v, nil
	case !ok:
		return v, errNoAttribute
	}
	switch known.Type {
	case ofText:
		if utf8.RuneCountInString(v.Text) > maxText {
			return v, errTooLong
		}
	case ofChoice:
		return known.choice(v)
	case ofChoices:
		return known.choices(v)
	case ofYesNo:
		is, err := v.Bool()
		return user.JSONValue(strconv.FormatBool(is)), err
	case ofNumber:
		return number(v)
	}
	return v, nil
}

// choice returns the id of an option given by name or by id. A text matches the
// name of an option before the id of another.
func (a attribute) choice(v user.Value) (user.Value, error) {
	text, err := v.Plain()
	if err != nil {
		return v, errNoOption
	}
	id, isID := integer(text)
	at, found := int64(0), false
	for _, o := range a.Options {
		if v.Kind == user.Text && strings.TrimSpace(o.Value) == strings.TrimSpace(text) {
			return user.JSONValue(strconv.FormatInt(o.ID, 10)), nil
		}
		if isID == nil && o.ID == id {
			at, found = o.ID, true
		}
	}
	if !found {
		return v, errNoOption
	}
	return user.JSONValue(strconv.FormatInt(at, 10)), nil
}

func (a attribute) choices(v user.Value) (user.Value, error) {
	items, err := elements(v)
	if err != nil {
		return v, errNoOptions
	}
	list := []byte{'['}
	for i, item := range items {
		one, err := a.choice(item)
		if err != nil {
			return v, errNoOptions
		}
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, one.Text...)
	}
	return user.JSONValue(string(append(list, ']'))), nil
}

// elements returns the texts and numbers of a list. A single value is a list of
// one.
func elements(v user.Value) ([]user.Value, error) {
	var raw []jsontext.Value
	text := strings.TrimSpace(v.Text)
	switch {
	case strings.HasPrefix(text, "["):
		if err := json.Unmarshal([]byte(text), &raw); err != nil {
			return nil, err
		}
	case v.Kind == user.JSON:
		return []user.Value{v}, nil
	default:
		items, err := v.List()
		list := make([]user.Value, len(items))
		for i, item := range items {
			list[i] = user.TextValue(item)
		}
		return list, err
	}
	list := make([]user.Value, len(raw))
	for i, r := range raw {
		list[i] = value(r)
	}
	return list, nil
}

func number(v user.Value) (user.Value, error) {
	text, err := v.Plain()
	raw := jsontext.Value(strings.TrimSpace(text))
	if err != nil || !raw.IsValid() || raw.Kind() != '0' {
		return v, errNotNumber
	}
	return user.JSONValue(string(raw)), nil
}
