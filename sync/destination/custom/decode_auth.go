package custom

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/signature"
	"usersync/sync/destination/rest"
)

// auth reads the section with the credentials.
func (d *decoder) auth(a document.Node) error {
	auth := &d.config.REST.Auth
	var style string
	err := document.Keys{
		"token": d.values.Secret(&auth.Token),
		"user":  d.values.Text(&auth.User), "password": d.values.Secret(&auth.Password),
		"key": d.values.Secret(&auth.Key), "header": document.Into(&auth.KeyHeader),
		"client_id": d.values.SecretText(&auth.ClientID), "client_secret": d.values.Secret(&auth.ClientSecret),
		"token_url": d.values.Text(&auth.TokenURL), "style": document.Words(&style, "basic", "form", "json"),
		"token_headers": d.tokenHeaders, "scopes": d.scopes,
		"hmac": func(v document.Node) (err error) { d.config.hmac, err = signature.Decode(v, d.values); return err },
	}.Read(a)
	auth.Style = rest.Style(style)
	if d.values.Expand == nil {
		*auth, d.config.hmac = rest.Auth{}, nil // the sandbox needs none
	}
	if err == nil && auth.Key.Reveal() != "" && auth.KeyHeader == "" {
		return a.Fault("has a key and no header for it", "add header: X-Api-Key, or whatever the API calls it")
	}
	return err
}

func (d *decoder) scopes(a document.Node) error {
	return a.List(func(e document.Node) error {
		var scope string
		err := document.Into(&scope)(e)
		d.config.REST.Auth.Scope = strings.TrimSpace(d.config.REST.Auth.Scope + " " + scope)
		return err
	})
}

func (d *decoder) tokenHeaders(a document.Node) error {
	d.config.REST.Auth.Header = http.Header{}
	return a.Each(func(name string, _ int, v document.Node) error {
		p, err := d.header(name, v)
		if err != nil {
			return err
		}
		text, _, err := p.value.fill(&row{})
		d.config.REST.Auth.Header.Set(name, text)
		return err
	})
}

// header reads one header. A value from a variable or a file is not shown.
func (d *decoder) header(name string, a document.Node) (pair, error) {
	p := pair{name: name}
	if !httpguts.ValidHeaderFieldName(name) {
		return p, a.Fault("is not the name of a header", "")
	}
	var text string
	if err := d.values.Text(&text)(a); err != nil {
		return p, err
	}
	if !httpguts.ValidHeaderFieldValue(text) {
		return p, a.Fault("holds what a header cannot carry", "check for line breaks in it")
	}
	if document.IsReference(a.Value) {
		d.values.Hide(text)
		p.secret, p.value = true, template{parts: []part{{text: text}}, text: a.Value}
		return p, nil
	}
	var err error
	if p.value, err = parseTemplate(text); err != nil {
		return p, a.Wrong(err)
	}
	return p, nil
}
