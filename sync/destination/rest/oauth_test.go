package rest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
)

func TestTokenEndpoint(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		fault  destination.Fault
		code   string
	}{
		{400, `{"error":"invalid_client","error_description":"the-secret is wrong"}`, destination.Denied, "token_http_400"},
		{401, "the-secret", destination.Denied, "token_http_401"},
		{403, "", destination.Denied, "token_http_403"},
		{404, "", destination.Denied, "token_http_404"},
		{302, "", destination.Denied, "token_redirect"},
		{307, "", destination.Denied, "token_redirect"},
		{408, "", destination.NotTaken, "token_http_408"},
		{429, "", destination.NotTaken, "token_http_429"},
		{500, "the-secret", destination.NotTaken, "token_http_500"},
		{503, "", destination.NotTaken, "token_http_503"},
		{0, "", destination.NotTaken, "token_timeout"},
		{200, "<html>the-secret", destination.NotTaken, "token_unreadable"},
		{200, "{}", destination.NotTaken, "token_unreadable"},
		{200, `{"access_token":"a b"}`, destination.NotTaken, "token_unreadable"},
		{200, `{"access_token":7}`, destination.NotTaken, "token_unreadable"},
		{200, `{"error":"invalid_client","error_description":"the-secret"}`, destination.Denied, "token_http_400"},
		{200, "error=invalid_client", destination.Denied, "token_http_400"},
		{200, `{"error":"temporarily_unavailable"}`, destination.NotTaken, "token_unreadable"},
	} {
		for _, style := range []Style{Basic, Form, JSON} {
			synctest.Test(t, func(t *testing.T) {
				a := &account{api: always(200), grant: func(int, *http.Request) (int, string) { return test.status, test.body }}
				observed := 0
				c := a.connect(t, func(c *Config) {
					c.Auth.Style = style
					c.Observe = func(int, http.Header) { observed++ }
				})
				ce := do(t, t.Context(), c, post)
				if ce == nil || ce.Fault != test.fault || ce.Code != test.code || ce.Status != 0 || test.status >= 500 && ce.TokenStatus != test.status {
					t.Fatalf("%d %s, %s: %v", test.status, test.body, style, ce)
				}
				if strings.Contains(ce.Error(), "the-") {
					t.Errorf("%d, %s: the error shows a credential: %v", test.status, style, ce)
				}
				if a.calls.Load() != 0 || a.grants.Load() != 1 || observed != 0 {
					t.Errorf("%d, %s: %d calls, %d token calls, %d observed", test.status, style, a.calls.Load(), a.grants.Load(), observed)
				}
			})
		}
	}
}

func TestStyles(t *testing.T) {
	for style, want := range map[Style]string{
		Basic: "application/x-www-form-urlencoded|the-id:the-secret|grant_type=client_credentials",
		Form:  "application/x-www-form-urlencoded|:|client_id=the-id&client_secret=the-secret&grant_type=client_credentials",
		JSON:  `application/json|:|{"client_id":"the-id","client_secret":"the-secret"}`,
	} {
		var got, issuer string
		a := &account{grant: func(n int, r *http.Request) (int, string) {
			body, _ := io.ReadAll(r.Body)
			id, secret, _ := r.BasicAuth()
			got = r.Header.Get("Content-Type") + "|" + id + ":" + secret + "|" + string(body)
			issuer = r.Method + " " + r.Header.Get("X-Kard-Target-Issuer")
			return hour(n, r)
		}}
		a.api = func(r *http.Request, _ int) int {
			if r.Header.Get("X-Kard-Target-Issuer") != "" {
				t.Error("the API got the header of the token call")
			}
			return 200
		}
		c := a.connect(t, func(c *Config) {
			c.Auth.Style = style
			c.Auth.Header = http.Header{"X-Kard-Target-Issuer": {"issuer-1"}}
		})
		if ce := do(t, t.Context(), c, post); ce != nil {
			t.Fatal(ce)
		}
		if got != want || issuer != "POST issuer-1" {
			t.Errorf("%s: sent %s, header %s", style, got, issuer)
		}
	}
}

func TestScope(t *testing.T) {
	for scope, want := range map[string]string{"": "grant_type=client_credentials", "users.write": "grant_type=client_credentials&scope=users.write"} {
		synctest.Test(t, func(t *testing.T) {
			var asked string
			a := &account{api: always(200), grant: func(_ int, r *http.Request) (int, string) {
				body, _ := io.ReadAll(r.Body)
				asked = string(body)
				return 200, `{"access_token":"token-1"}`
			}}
			c := a.connect(t, func(c *Config) { c.Auth.Scope = scope })
			if ce := do(t, t.Context(), c, post); ce != nil || asked != want {
				t.Errorf("scope %q: asked %q, %v", scope, asked, ce)
			}
		})
	}
}
