package custom

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Expand returns the value of env:NAME or file:PATH, and any other text unchanged.
// Its error must not hold the value.
type Expand func(text string) (string, error)

// decoder reads the section.
type decoder struct {
	request.Decoder // of requests
	config          *Config
}

func newDecoder(expand Expand) decoder {
	return decoder{request.Decoder{Values: &document.References{Expand: expand}, Forms: map[user.Field]form.Form{}}, &Config{}}
}

// Decode reads the section `custom:`. A nil expand leaves out all credentials. Its
// error is an *Error with the line.
func Decode(node *yaml.Node, expand Expand) (*Config, error) {
	d := newDecoder(expand)
	root := document.Node{Node: node, Key: "custom"}
	for root.Kind == yaml.AliasNode {
		root.Node = root.Alias
	}
	if err := d.settings(root); err != nil {
		return nil, err
	}
	if err := d.calls(root); err != nil {
		return nil, err
	}
	d.config.headers, d.config.forms, d.config.hidden = d.Headers, d.Forms, d.Values.Hidden
	d.config.vocabulary = vocabulary.New(append(names(node), d.config.words...)...)
	return d.config, d.checkSection(root)
}

// settings reads everything except the calls, which depend on it.
func (d *decoder) settings(root document.Node) error { return d.known().Read(root) }

func (d *decoder) known() document.Keys {
	c := d.config
	later := func(document.Node) error { return nil }
	return document.Keys{
		"name": document.Into(&c.Name), "account": d.Values.Text(&c.Account), "base_url": d.Values.Text(&c.BaseURL), "sandbox": document.Into(&c.Sandbox),
		"media": document.Into(&c.REST.Media), "http2": document.Boolean(&c.REST.HTTP2), "calls_per_minute": document.Count(&c.perMinute, 1),
		"keys": d.keys, "clear": d.clear, "auth": d.auth, "headers": d.commonHeaders,
		"limits": c.limits.decode, "words": d.words, "required": d.required, "patterns": d.patterns,
		"create": later, "update": later, "upsert": later, "delete": later, "read": later, "probe": later, "reactivate": later,
	}
}

func (d *decoder) keys(a document.Node) error {
	var whose string
	err := document.Words(&whose, "ours", "theirs")(a)
	d.config.ownKeys = whose == "theirs"
	return err
}

func (d *decoder) clear(a document.Node) error {
	if a.Kind == yaml.ScalarNode && (a.Tag == "!!null" || a.Value == "") {
		json, err := document.PlainJSON(a)
		d.Clear = string(json)
		return err
	}
	return a.Fault(`must be null or ""`, "it is what is sent for a field that is mapped with empty: clear")
}

// commonHeaders reads headers that every call carries.
func (d *decoder) commonHeaders(a document.Node) error {
	return a.Each(func(name string, _ int, v document.Node) error {
		p, err := d.Header(name, v)
		d.Headers = append(d.Headers, p)
		return err
	})
}

func (d *decoder) required(a document.Node) error {
	return a.List(func(e document.Node) error {
		var name string
		err := document.Into(&name)(e)
		d.config.required = append(d.config.required, user.Field(name))
		return err
	})
}

// words reads words of the API's messages that may be shown.
func (d *decoder) words(a document.Node) error {
	return a.List(func(e document.Node) error {
		text, err := e.Scalar()
		if err == nil && strings.ContainsFunc(text, unicode.IsDigit) {
			err = e.Fault("must be words without digits", "list the words of the API's messages, such as words: [tenant, quota]")
		}
		d.config.words = append(d.config.words, text)
		return err
	})
}

func (d *decoder) patterns(a document.Node) error {
	return a.Each(func(name string, _ int, v document.Node) error {
		text, err := v.Scalar()
		if err != nil {
			return err
		}
		rule, err := regexp.Compile(`^(?:` + text + `)$`)
		if err != nil {
			return v.Fault("is not a regular expression", "write it in RE2 syntax; it must match the whole value")
		}
		d.config.patterns = append(d.config.patterns, pattern{user.Field(name), rule, text})
		return nil
	})
}

// Knows reports whether the section has a setting called key.
func Knows(key string) bool {
	d := newDecoder(nil)
	_, ok := d.known()[key]
	return ok
}

// Keys returns the keys of the section, sorted.
func Keys() []string {
	d := newDecoder(nil)
	return slices.Sorted(maps.Keys(d.known()))
}
