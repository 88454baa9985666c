package custom

import (
	"cmp"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Preview returns the first call for the record, with every value of the user
// masked to its kind and length, and every credential to user.Mask. It makes no call. It
// returns false if the record leads to no call.
func (c *Client) Preview(r *user.Record) (destination.Preview, bool) {
	for op := range c.config.callsOf(r.Op) {
		n := c.config.of(op)
		p, ok := n.Preview(c.common, r)
		p.URL = strings.TrimRight(c.config.BaseURL, "/") + p.URL
		p.Headers = append(c.config.fixedHeaders(n), p.Headers...)
		return p, ok
	}
	return destination.Preview{}, false
}

// fixedHeaders returns the headers that no template gives, each as Name: value.
func (c *Config) fixedHeaders(n *call) []string {
	var lines []string
	for _, name := range c.credentials() {
		lines = append(lines, name+": "+user.Mask)
	}
	if n.HasBody() {
		lines = append(lines, "Content-Type: "+cmp.Or(c.REST.Media, "application/json"))
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
