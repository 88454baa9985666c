package custom

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Preview returns the first call for the record, with every value of the user
// masked to its kind and length, and every credential to user.Mask. It makes no call. It
// returns false if the record leads to no call.
func (c *Client) Preview(r *user.Record) (destination.Preview, bool) {
	for op := range c.config.callsOf(r.Op) {
		n := c.config.of(op)
		p := destination.Preview{Method: n.method, URL: c.maskedURL(n, r), Headers: c.maskedHeaders(n, r)}
		if n.body == nil {
			return p, true
		}
		body, err := c.body(n, []*user.Record{r}, true)
		text := jsontext.Value(body)
		if err != nil || text.Indent(jsontext.WithIndent("  ")) != nil {
			return p, false
		}
		p.Body = string(text)
		return p, true
	}
	return destination.Preview{}, false
}

func (d *description) maskedURL(n *call, r *user.Record) string {
	one := d.newRow(n, r, 0)
	one.masked = true
	address := strings.TrimRight(d.config.BaseURL, "/")
	for _, t := range n.path {
		text, has, err := t.fill(one)
		if err != nil || !has {
			text = "<" + t.text + ">"
		}
		if !t.ofUser() {
			text = url.PathEscape(text)
		}
		address += "/" + text
	}
	separator := "?"
	for _, p := range n.query {
		text, has, err := p.value.fill(one)
		if err != nil || !has {
			continue
		}
		if !p.value.ofUser() {
			text = url.QueryEscape(text)
		}
		address += separator + url.QueryEscape(p.name) + "=" + text
		separator = "&"
	}
	return address
}

func (d *description) maskedHeaders(n *call, r *user.Record) []string {
	one := d.newRow(n, r, 0)
	one.masked = true
	var lines []string
	for _, name := range d.config.credentials() {
		lines = append(lines, name+": "+user.Mask)
	}
	if n.body != nil {
		media := d.config.REST.Media
		if media == "" {
			media = "application/json"
		}
		lines = append(lines, "Content-Type: "+media)
	}
	for _, p := range slices.Concat(d.config.headers, n.headers) {
		text, has, err := p.value.fill(one)
		switch {
		case p.secret:
			text = user.Mask
		case err != nil || !has:
			continue
		}
		lines = append(lines, p.name+": "+text)
	}
	return lines
}

// credentials returns the names of the headers with credentials.
func (c *Config) credentials() []string {
	auth := c.REST.Auth
	var names []string
	switch {
	case auth.Key.Reveal() != "":
		names = append(names, auth.KeyHeader)
	case auth.Token.Reveal() != "" || auth.User != "" || auth.ClientID.Reveal() != "":
		names = append(names, "Authorization")
	}
	if c.hmac != nil {
		names = append(names, c.hmac.Headers()...)
	}
	return names
}
