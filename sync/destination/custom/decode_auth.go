package custom

import (
	"net/http"
	"strings"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/signature"
	"usersync/sync/destination/rest"
)

// auth reads the section with the credentials.
func (d *decoder) auth(a document.Node) error {
	auth := &d.config.REST.Auth
	var style string
	err := document.Keys{
		"token": d.Values.Secret(&auth.Token),
		"user":  d.Values.Text(&auth.User), "password": d.Values.Secret(&auth.Password),
		"key": d.Values.Secret(&auth.Key), "header": document.Into(&auth.KeyHeader),
		"client_id": d.Values.SecretText(&auth.ClientID), "client_secret": d.Values.Secret(&auth.ClientSecret),
		"token_url": d.Values.Text(&auth.TokenURL), "style": document.Words(&style, "basic", "form", "json"),
		"token_headers": d.tokenHeaders, "scopes": d.scopes,
		"hmac": func(v document.Node) (err error) { d.config.hmac, err = signature.Decode(v, d.Values); return err },
	}.Read(a)
	auth.Style = rest.Style(style)
	if d.Values.Expand == nil {
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
		p, err := d.Header(name, v)
		if err != nil {
			return err
		}
		text, err := p.Text()
		if err != nil {
			return v.Wrong(err)
		}
		d.config.REST.Auth.Header.Set(name, text)
		return nil
	})
}
