package custom

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// credentials decodes what calls are authorised with.
type credentials struct{ *decoder }

func (d credentials) auth(a at) error {
	auth := &d.config.REST.Auth
	var style string
	err := keys{
		"token": d.secret(&auth.Token),
		"user":  d.address(&auth.User), "password": d.secret(&auth.Password),
		"key": d.secret(&auth.Key), "header": into(&auth.KeyHeader),
		"client_id": d.name(&auth.ClientID), "client_secret": d.secret(&auth.ClientSecret),
		"token_url": d.address(&auth.TokenURL), "style": words(&style, "basic", "form", "json"),
		"token_headers": d.tokenHeaders, "scopes": d.scopes,
		"hmac": d.hmac,
	}.read(a)
	auth.Style = rest.Style(style)
	if d.expand == nil {
		*auth, d.config.hmac = rest.Auth{}, nil // a rehearsal asks for none
	}
	if err == nil && auth.Key.Reveal() != "" && auth.KeyHeader == "" {
		return a.fault("has a key and no header for it", "add header: X-Api-Key, or whatever the API calls it")
	}
	return err
}

// secret reads what must not stand in clear.
func (d credentials) secret(to *user.Secret) func(at) error {
	return func(a at) error {
		text, err := a.scalar()
		if err != nil {
			return err
		}
		if !indirect(text) {
			return a.fault("is a secret that stands here in clear", "write env:NAME or file:PATH, and keep the secret there")
		}
		return d.name(to)(a)
	}
}

func (d credentials) name(to *user.Secret) func(at) error {
	return func(a at) error {
		var text string
		err := d.address(&text)(a)
		*to = user.NewSecret(text)
		return err
	}
}

// hide keeps a secret out of what answers quote. What is shorter may well be part
// of an id.
func (d *decoder) hide(secret string) {
	const least = 8
	if len(secret) >= least && d.expand != nil {
		d.config.hidden = append(d.config.hidden, secret)
	}
}

func indirect(text string) bool {
	return strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:")
}

func (d credentials) scopes(a at) error {
	return a.list(func(e at) error {
		var scope string
		err := into(&scope)(e)
		d.config.REST.Auth.Scope = strings.TrimSpace(d.config.REST.Auth.Scope + " " + scope)
		return err
	})
}

func (d credentials) tokenHeaders(a at) error {
	d.config.REST.Auth.Header = http.Header{}
	return a.each(func(name string, _ int, v at) error {
		p, err := d.header(name, v)
		if err != nil {
			return err
		}
		text, _, err := p.value.fill(&row{})
		d.config.REST.Auth.Header.Set(name, text)
		return err
	})
}

// header reads one header. A value that is read from elsewhere is not shown.
func (d *decoder) header(name string, a at) (pair, error) {
	p := pair{name: name}
	if !httpguts.ValidHeaderFieldName(name) {
		return p, a.fault("is not the name of a header", "")
	}
	var text string
	if err := d.address(&text)(a); err != nil {
		return p, err
	}
	if !httpguts.ValidHeaderFieldValue(text) {
		return p, a.fault("holds what a header cannot carry", "check for line breaks in it")
	}
	if indirect(a.Value) {
		d.hide(text)
		p.secret, p.value = true, template{parts: []part{{text: text}}, text: a.Value}
		return p, nil
	}
	var err error
	if p.value, err = parseTemplate(text); err != nil {
		return p, a.wrong(err)
	}
	return p, nil
}
