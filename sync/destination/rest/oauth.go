package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"usersync/sync/destination"
	"usersync/sync/destination/traffic"
	"usersync/sync/destination/vocabulary"
)

// grants makes token calls. Its errors are *destination.CallError. They hold no
// credential, and nothing that the token endpoint sent.
type grants struct {
	auth      Auth
	transport http.RoundTripper
	traffic   *traffic.Recorder // nil describes no calls
	words     *vocabulary.Vocabulary
}

// fetch makes one token call. 5xx, 408, 425, 429, a broken connection and an
// unreadable token are NotTaken, because the users were not sent. Other statuses
// are Denied.
func (g grants) fetch(ctx context.Context) (grant, error) {
	var (
		token *oauth2.Token
		err   error
	)
	if g.auth.Style == JSON {
		token, err = g.fetchJSON(ctx)
	} else {
		token, err = g.fetchForm(ctx)
	}
	if err != nil {
		return grant{}, tokenFault(ctx, err)
	}
	if !printable(token.AccessToken) || token.AccessToken == "" {
		return grant{}, tokenFault(ctx, errNoToken)
	}
	return grant{token: token.AccessToken, expires: token.Expiry}, nil
}

func (g grants) fetchForm(ctx context.Context) (*oauth2.Token, error) {
	style := oauth2.AuthStyleInHeader
	if g.auth.Style == Form {
		style = oauth2.AuthStyleInParams
	}
	config := clientcredentials.Config{
		ClientID: g.auth.ClientID.Reveal(), ClientSecret: g.auth.ClientSecret.Reveal(),
		TokenURL: g.auth.TokenURL, AuthStyle: style,
	}
	if g.auth.Scope != "" {
		config.Scopes = strings.Fields(g.auth.Scope)
	}
	return config.Token(context.WithValue(ctx, oauth2.HTTPClient, g.client()))
}

// client adds the extra headers and follows no redirects.
func (g grants) client() *http.Client {
	return &http.Client{Transport: g, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip adds the headers of token calls. It rewrites the answer to the JSON of RFC
// 6749 5.1, which oauth2 reads: some servers send another type or spelling.
func (g grants) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept", "application/json")
	for name, values := range g.auth.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	response, err := g.send(r)
	if err != nil {
		return nil, err
	}
	hangUpOnUpgrade(response)
	return response, normalize(response)
}

func (g grants) send(r *http.Request) (*http.Response, error) {
	if g.traffic != nil {
		return g.describe(r)
	}
	return g.transport.RoundTrip(r)
}

// fetchJSON posts the credentials as JSON: not in RFC 6749, but some vendors' own
// libraries do it.
func (g grants) fetchJSON(ctx context.Context) (*oauth2.Token, error) {
	credentials, err := json.Marshal(map[string]string{"client_id": g.auth.ClientID.Reveal(), "client_secret": g.auth.ClientSecret.Reveal()})
	if err != nil {
		return nil, errNoToken
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.auth.TokenURL, bytes.NewReader(credentials))
	if err != nil {
		return nil, errNoToken
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := g.client().Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, keptBytes))
	if err != nil {
		return nil, errNoToken
	}
	if response.StatusCode/100 != 2 {
		return nil, &oauth2.RetrieveError{Response: response}
	}
	return readToken(text)
}

// readToken reads what normalize writes.
func readToken(text []byte) (*oauth2.Token, error) {
	var answer tokenAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, errNoToken
	}
	token := &oauth2.Token{AccessToken: answer.AccessToken}
	if answer.ExpiresIn > 0 {
		token.Expiry = time.Now().Add(time.Duration(answer.ExpiresIn) * time.Second)
	}
	return token, nil
}

var (
	errNoToken     = errors.New("the token endpoint sent no readable token")
	errTokenDenied = errors.New("the token endpoint refuses the credentials; check auth in the config: client_id, client_secret, token_url and style")
)

// tokenFault keeps only what is safe to show of err: oauth2's own error quotes the
// answer.
func tokenFault(ctx context.Context, err error) *destination.CallError {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil {
		return tokenStatus(refused.Response)
	}
	var call *url.Error
	if !errors.As(err, &call) {
		return &destination.CallError{Fault: destination.NotTaken, Code: "token_unreadable", Err: errNoToken}
	}
	ce := broken(context.WithoutCancel(ctx), err, false)
	ce.Code = "token_" + ce.Code
	return ce
}

// tokenStatus leaves Status 0, because the call with the users got no answer.
func tokenStatus(response *http.Response) *destination.CallError {
	ce := statusFault(response, nil)
	ce.Code, ce.Status, ce.TokenStatus = "token_"+ce.Code, 0, response.StatusCode
	switch {
	case response.StatusCode/100 == 3:
		ce.Err = redirected(response, "auth.token_url", nil)
	case ce.Fault == destination.PerhapsTaken && (response.StatusCode >= 500 || response.StatusCode == 408):
		ce.Fault = destination.NotTaken
	case ce.Fault == destination.PerhapsTaken:
		ce.Fault, ce.Err = destination.Denied, errTokenDenied
	case ce.Fault == destination.Denied && ce.Err == nil:
		ce.Err = errTokenDenied
	}
	return ce
}
