package rest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"usersync/sync/destination/traffic"
	"usersync/sync/destination/vocabulary"
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

	// Proxy is a URL, or "none"; "" takes HTTPS_PROXY, HTTP_PROXY and NO_PROXY
	// from the environment.
	Proxy string
	TLS
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
	// Traffic describes the calls, those for tokens too; nil describes none.
	Traffic *traffic.Recorder
	// Words are the words of the API that may be shown; nil means those of error
	// messages in general.
	Words *vocabulary.Vocabulary

	// Transport replaces the transport made from the settings above; DialContext
	// replaces only how it connects. Both are for tests.
	Transport   http.RoundTripper
	DialContext Dial
}

// TLS says who is trusted, and who we are.
type TLS struct {
	CAFile   string // PEM; authorities to trust besides the system's
	CertFile string // PEM; the client's certificate, with KeyFile
	KeyFile  string
	// InsecureHTTP allows an http:// address that is not on this machine.
	InsecureHTTP bool
}

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
	return &tokens{fetch: grants{auth: a, transport: transport, traffic: c.Traffic, words: c.Words}.fetch, timeout: c.Timeout, refused: map[string]int{}}, nil
}
