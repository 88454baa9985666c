package custom

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// credentials decodes the section auth:.
type credentials struct{ *decoder }

func (d credentials) auth(a document.Node) error {
	auth := &d.config.REST.Auth
	var style string
	err := document.Keys{
		"token": d.secret(&auth.Token),
		"user":  d.address(&auth.User), "password": d.secret(&auth.Password),
		"key": d.secret(&auth.Key), "header": document.Into(&auth.KeyHeader),
		"client_id": d.name(&auth.ClientID), "client_secret": d.secret(&auth.ClientSecret),
		"token_url": d.address(&auth.TokenURL), "style": document.Words(&style, "basic", "form", "json"),
		"token_headers": d.tokenHeaders, "scopes": d.scopes,
		"hmac": d.hmac,
	}.Read(a)
	auth.Style = rest.Style(style)
	if d.expand == nil {
		*auth, d.config.hmac = rest.Auth{}, nil // the sandbox needs none
	}
	if err == nil && auth.Key.Reveal() != "" && auth.KeyHeader == "" {
		return a.Fault("has a key and no header for it", "add header: X-Api-Key, or whatever the API calls it")
	}
	return err
}

// secret reads a value that must not be in clear text.
func (d credentials) secret(to *user.Secret) func(document.Node) error {
	return func(a document.Node) error {
		text, err := a.Scalar()
		if err != nil {
			return err
		}
		if !indirect(text) {
			return a.Fault("is a secret in clear text", "write env:NAME or file:PATH, and keep the secret there")
		}
		return d.name(to)(a)
	}
}

func (d credentials) name(to *user.Secret) func(document.Node) error {
	return func(a document.Node) error {
		var text string
		err := d.address(&text)(a)
		*to = user.NewSecret(text)
		return err
	}
}

// hide redacts a secret in answers that quote it. A shorter one could be part of an
// id.
func (d *decoder) hide(secret string) {
	const least = 8
	if len(secret) >= least && d.expand != nil {
		d.config.hidden = append(d.config.hidden, secret)
	}
}

func indirect(text string) bool {
	return strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:")
}

func (d credentials) scopes(a document.Node) error {
	return a.List(func(e document.Node) error {
		var scope string
		err := document.Into(&scope)(e)
		d.config.REST.Auth.Scope = strings.TrimSpace(d.config.REST.Auth.Scope + " " + scope)
		return err
	})
}

func (d credentials) tokenHeaders(a document.Node) error {
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
	if err := d.address(&text)(a); err != nil {
		return p, err
	}
	if !httpguts.ValidHeaderFieldValue(text) {
		return p, a.Fault("holds what a header cannot carry", "check for line breaks in it")
	}
	if indirect(a.Value) {
		d.hide(text)
		p.secret, p.value = true, template{parts: []part{{text: text}}, text: a.Value}
		return p, nil
	}
	var err error
	if p.value, err = parseTemplate(text); err != nil {
		return p, a.Wrong(err)
	}
	return p, nil
}
