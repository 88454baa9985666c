package sandbox

import (
	"crypto/rand"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// tokens are the issued access tokens that are still valid.
type tokens struct {
	mu     sync.Mutex
	expiry map[string]time.Time
}

func (t *tokens) issue(lifetime time.Duration) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.expiry == nil {
		t.expiry = map[string]time.Time{}
	}
	maps.DeleteFunc(t.expiry, func(_ string, end time.Time) bool { return !now.Before(end) })
	token := "sandbox-" + rand.Text()
	t.expiry[token] = now.Add(lifetime)
	return token
}

func (t *tokens) valid(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	end, ok := t.expiry[token]
	return ok && time.Now().Before(end)
}

func (t *tokens) revoke(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.expiry, token)
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// authorized lets a call through, or answers 401.
func (s *Server) authorized(c *call) bool {
	if !s.options.RequireAuth {
		return true
	}
	if a, ok := s.options.API.(Authorizer); ok {
		refusal := a.Authorize(c.api)
		if refusal != nil {
			c.refuseAs(*refusal)
		}
		return refusal == nil
	}
	token := bearer(c.r)
	if token != "" && (token == s.options.Token || s.tokens.valid(token)) {
		return true
	}
	c.w.Header().Set("WWW-Authenticate", "Bearer")
	c.refuse(http.StatusUnauthorized, "The token is missing, unknown or expired")
	return false
}

// token issues an access token. The reference documents Basic with a form; the vendor's own clients send the credentials as a form or as JSON,
// without a grant type. The server takes all three.
func (s *Server) token(c *call) {
	s.inject.collect(c)
	s.inject.delay(c)
	if s.inject.isDown(c) || s.inject.endCall(c, Before) {
		return
	}
	given, ok := credentialsOf(c.r, c.body)
	switch {
	case !ok:
		c.refuse(http.StatusBadRequest, "Credentials are missing, or the grant type is not client_credentials")
	case !given.match(s.options.ClientID, s.options.ClientSecret):
		c.refuse(http.StatusUnauthorized, "The credentials are wrong")
	default:
		s.issueToken(c)
	}
}

func (s *Server) issueToken(c *call) {
	s.counters.tokens.Add(1)
	c.out = append(c.out[:0], `{"access_token":`...)
	c.out = appendString(c.out, s.tokens.issue(s.options.TokenLifetime))
	c.out = append(c.out, `,"expires_in":`...)
	c.out = strconv.AppendInt(c.out, int64(s.options.TokenLifetime/time.Second), 10)
	c.out = append(c.out, `,"token_type":"Bearer"}`...)
	c.w.Header().Set("Cache-Control", "no-store")
	s.deliver(c, http.StatusOK)
}

type credentials struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
	Grant  string `json:"grant_type"`
	basic  bool
}

// credentialsOf reads the caller's credentials. With Basic the grant type is required; otherwise it is optional.
func credentialsOf(r *http.Request, body []byte) (c credentials, ok bool) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaType == "application/json" {
		err := json.Unmarshal(body, &c)
		return c, err == nil && c.complete()
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return c, false
	}
	c = credentials{ID: form.Get("client_id"), Secret: form.Get("client_secret"), Grant: form.Get("grant_type")}
	if id, secret, isBasic := r.BasicAuth(); isBasic {
		c.ID, c.Secret, c.basic = id, secret, true
	}
	return c, c.complete()
}

func (c credentials) complete() bool {
	grant := c.Grant == "client_credentials" || c.Grant == "" && !c.basic
	return grant && c.ID != "" && c.Secret != ""
}

// match compares with the options; "" accepts anything. RFC 6749 2.3.1 form-encodes both values before Basic encodes them, the reference does
// not; the server accepts both.
func (c credentials) match(id, secret string) bool {
	return same(c.ID, id, c.basic) && same(c.Secret, secret, c.basic)
}

func same(given, want string, encoded bool) bool {
	if want == "" || given == want {
		return true
	}
	plain, err := url.QueryUnescape(given)
	return encoded && err == nil && plain == want
}
