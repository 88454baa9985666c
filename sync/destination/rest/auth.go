package rest

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/user"
)

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
	case key != "" && (!isKey(key) || !httpguts.ValidHeaderFieldName(a.KeyHeader)):
		return bearer{}, errors.New("the API key or the name of its header holds characters that a header cannot carry; check for line breaks, or more than one space, in it")
	case key != "":
		return bearer{name: a.KeyHeader, header: []string{key}, hide: key[strings.IndexByte(key, ' ')+1:]}, nil
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

// isKey reports whether s is a key, perhaps after the word of a scheme, as in SSWS KEY.
func isKey(s string) bool {
	scheme, key, two := strings.Cut(s, " ")
	return printable(scheme) && printable(key) && (!two || scheme != "" && key != "")
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
