package rest

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Config describes one API. Only BaseURL is required.
type Config struct {
	BaseURL string
	// Timeout bounds one call, from waiting for a connection to the last byte of
	// the answer; 0 means 30 s. A token call has the same limit of its own.
	Timeout time.Duration
	// MaxConns bounds the connections; 0 means 16.
	MaxConns int
	// Version is sent in the User-Agent, usersync/<version>; "" means dev.
	Version string

	CAFile   string // PEM; authorities to trust besides the system's
	CertFile string // PEM; the client's certificate, with KeyFile
	KeyFile  string
	// Proxy is a URL, or "none"; "" takes HTTPS_PROXY, HTTP_PROXY and NO_PROXY
	// from the environment.
	Proxy string
	// InsecureHTTP allows an http:// address that is not on this machine.
	InsecureHTTP bool
	// HTTP2 offers HTTP/2 to an https host, besides HTTP/1.1. A call that breaks
	// on HTTP/2 was perhaps taken, however early it broke.
	HTTP2 bool
	// Media is the type of bodies and answers; "" means application/json.
	Media string

	Auth Auth
	// Sign adds a signature, for APIs that sign each call. It is called for every
	// attempt, in the goroutine of the call, and must not keep body.
	Sign func(r *http.Request, body []byte)

	// Observe is called once for every answer of the API, in the goroutine of
	// the call and before the body is read. Token calls are not shown to it.
	Observe func(status int, header http.Header)
	// ErrorText returns what the body of a fault says about the cause. Nothing of it
	// is shown but what Words allows.
	ErrorText func(body []byte) string
	// Words are the words of the API that may be shown; nil means those of error
	// messages in general.
	Words *vocabulary.Vocabulary

	// Transport replaces the transport made from the settings above; DialContext
	// replaces only how it connects. Both are for tests.
	Transport   http.RoundTripper
	DialContext Dial
}

// Auth is one of: a Token (RFC 6750 2.1), a User with a Password (RFC 7617), a
// Key in a header of its own, or ClientID and ClientSecret for the OAuth 2 client
// credentials grant (RFC 6749 4.4). The zero value sends no credentials.
type Auth struct {
	Token        user.Secret
	User         string
	Password     user.Secret
	Key          user.Secret
	KeyHeader    string // the header that carries Key, such as X-Api-Key; sent in this spelling
	ClientID     user.Secret
	ClientSecret user.Secret
	TokenURL     string
	Scope        string // separated by spaces; "" leaves it to the server (RFC 6749 3.3)
	Style        Style
	// Header is sent with every token call, and only there.
	Header http.Header
}

// Style is how client credentials are sent.
type Style string

// The styles. Basic is RFC 6749 2.3.1; Form adds id and secret to the form with
// grant_type; JSON posts {"client_id":..., "client_secret":...}.
const (
	Basic Style = "basic"
	Form  Style = "form"
	JSON  Style = "json"
)

func (c Config) withDefaults() Config {
	c.Timeout = cmp.Or(max(c.Timeout, 0), 30*time.Second)
	c.MaxConns = cmp.Or(max(c.MaxConns, 0), 16) // as many as there are workers by default
	c.Version = cmp.Or(c.Version, "dev")
	c.Media = cmp.Or(c.Media, "application/json")
	if c.Words == nil {
		c.Words = vocabulary.New()
	}
	c.Auth.Style = cmp.Or(c.Auth.Style, Basic)
	return c
}

// address parses a URL from the config. Its errors do not show the text, which
// may hold a password.
func (c Config) address(key, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, fmt.Errorf("%s is missing; set it in the config, such as %s: https://api.example.com", key, key)
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, fmt.Errorf("%s is not an http or https URL; write it in full, such as https://api.example.com", key)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%s must hold neither user, query nor fragment; credentials go under auth", key)
	case u.Scheme == "http" && !c.InsecureHTTP && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%s is http:// on another machine (%s), so tokens and users would travel unencrypted; use https://, or allow it with --insecure-http", key, u.Host)
	}
	return u, nil
}

func loopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// tokens returns the source of credentials that Auth describes.
func (c Config) tokens(transport http.RoundTripper) (*tokens, error) {
	a := c.Auth
	if err := a.checkOneKind(); err != nil {
		return nil, err
	}
	id, secret := a.ClientID.Reveal(), a.ClientSecret.Reveal()
	switch {
	case id == "" && secret == "":
		credential, err := a.static()
		return &tokens{held: credential}, err
	case id == "" || secret == "":
		return nil, errors.New("auth needs both client_id and client_secret")
	case a.Style != Basic && a.Style != Form && a.Style != JSON:
		return nil, errors.New("auth.style must be basic, form or json")
	}
	if _, err := c.address("auth.token_url", a.TokenURL); err != nil {
		return nil, err
	}
	return &tokens{fetch: grants{auth: a, transport: transport}.fetch, timeout: c.Timeout, refused: map[string]int{}}, nil
}

// checkOneKind refuses credentials of two kinds: it is unclear which were meant.
func (a Auth) checkOneKind() error {
	var kinds []string
	for _, k := range []struct {
		name string
		held bool
	}{
		{"a token", a.Token.Reveal() != ""}, {"a password", a.User != "" || a.Password.Reveal() != ""},
		{"a key", a.Key.Reveal() != ""}, {"client credentials", a.ClientID.Reveal() != "" || a.ClientSecret.Reveal() != ""},
	} {
		if k.held {
			kinds = append(kinds, k.name)
		}
	}
	if len(kinds) > 1 {
		return errors.New("auth holds " + strings.Join(kinds, " and ") + "; keep one of them")
	}
	return nil
}

// static returns the credential that is the same in every call.
func (a Auth) static() (bearer, error) {
	token, password, key := a.Token.Reveal(), a.Password.Reveal(), a.Key.Reveal()
	switch {
	case token != "" && !printable(token):
		return bearer{}, errors.New("auth.token holds characters that a header cannot carry; check for line breaks or spaces in it")
	case token != "":
		return bearer{name: authorization, header: bearerHeader(token), hide: token}, nil
	case a.User != "" || password != "":
		return a.basic(password)
	case key != "" && (!printable(key) || !httpguts.ValidHeaderFieldName(a.KeyHeader)):
		return bearer{}, errors.New("the API key or the name of its header holds characters that a header cannot carry; check for line breaks or spaces in it")
	case key != "":
		return bearer{name: a.KeyHeader, header: []string{key}, hide: key}, nil
	}
	return bearer{}, nil
}

// basic follows RFC 7617 2: a user must not contain a colon.
func (a Auth) basic(password string) (bearer, error) {
	if a.User == "" || password == "" || strings.Contains(a.User, ":") {
		return bearer{}, errors.New("auth needs both user and password, and the user must not contain a colon")
	}
	text := "Basic " + base64.StdEncoding.EncodeToString([]byte(a.User+":"+password))
	return bearer{name: authorization, header: []string{text}, hide: strings.TrimPrefix(text, "Basic ")}, nil
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
