package rest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"usersync/sync/user"
)

func TestConfig(t *testing.T) {
	client := Auth{ClientID: user.NewSecret("SECRET-id"), ClientSecret: user.NewSecret("SECRET-secret"), TokenURL: "https://api.example/token"}
	with := func(change func(*Auth)) Auth {
		a := client
		change(&a)
		return a
	}
	for _, test := range []struct {
		name   string
		config Config
		want   string // in the error; "" for none
	}{
		{"https", Config{BaseURL: "https://api.example/v2"}, ""},
		{"http here", Config{BaseURL: "http://127.0.0.1:80"}, ""},
		{"http here, IPv6", Config{BaseURL: "http://[::1]:80"}, ""},
		{"http here, by name", Config{BaseURL: "http://localhost:80"}, ""},
		{"http on another host", Config{BaseURL: "http://api.example"}, "--insecure-http"},
		{"http on another host that looks local", Config{BaseURL: "http://localhost.example"}, "--insecure-http"},
		{"http on another host, allowed", Config{BaseURL: "http://api.example", TLS: TLS{InsecureHTTP: true}}, ""},
		{"nothing", Config{}, "base_url is missing"},
		{"not a URL", Config{BaseURL: "api.example"}, "base_url is not"},
		{"another scheme", Config{BaseURL: "ftp://api.example"}, "base_url is not"},
		{"password in the URL", Config{BaseURL: "https://me:SECRET@api.example"}, "neither user"},
		{"query", Config{BaseURL: "https://api.example?key=SECRET"}, "neither user"},
		{"broken URL", Config{BaseURL: "https://me:SECRET@api.example:port"}, "base_url is not"},
		{"broken proxy", Config{BaseURL: "https://api.example", Proxy: "http://me:SECRET@proxy:port"}, "proxy is not"},
		{"client", Config{BaseURL: "https://api.example", Auth: client}, ""},
		{"token URL over http", Config{BaseURL: "https://api.example", Auth: with(func(a *Auth) { a.TokenURL = "http://api.example/token" })}, "auth.token_url is http://"},
		{"no token URL", Config{BaseURL: "https://api.example", Auth: with(func(a *Auth) { a.TokenURL = "" })}, "auth.token_url is missing"},
		{"style", Config{BaseURL: "https://api.example", Auth: with(func(a *Auth) { a.Style = "digest" })}, "auth.style"},
		{"id alone", Config{BaseURL: "https://api.example", Auth: with(func(a *Auth) { a.ClientSecret = user.Secret{} })}, "both"},
		{"both kinds", Config{BaseURL: "https://api.example", Auth: with(func(a *Auth) { a.Token = user.NewSecret("SECRET") })}, "keep one"},
		{"token with a line break", Config{BaseURL: "https://api.example", Auth: Auth{Token: user.NewSecret("SECRET\r\nX-Evil: 1")}}, "line breaks"},
	} {
		_, err := New(test.config)
		if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: the error shows a secret: %v", test.name, err)
		}
		if shown := fmt.Sprintf("%+v %#v", test.config.Auth, test.config.Auth); strings.Contains(shown, "SECRET") {
			t.Errorf("%s: the config prints a secret: %s", test.name, shown)
		}
	}
}

func TestRequestIDIsWellFormed(t *testing.T) {
	for value, want := range map[string]string{
		"7d0c2e1a-55aa": "7d0c2e1a-55aa", "": "", "a b": "", "frieda@mail.example": "", strings.Repeat("a", 81): "",
	} {
		if got := requestID(http.Header{"X-Request-Id": {value}}); got != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}
