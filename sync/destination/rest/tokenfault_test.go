package rest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// parrotingTokens is a token endpoint that repeats a text wherever an answer can hold one.
type parrotingTokens struct {
	status int
	text   string
}

func (p parrotingTokens) RoundTrip(r *http.Request) (*http.Response, error) {
	body := fmt.Sprintf(`{"error":%q,"error_description":%[1]q,"error_uri":"https://%[2]s.example","token_type":%[1]q,"expires_in":%[1]q,%[1]q:1}`, p.text, p.text)
	answer := response(r, p.status, body)
	answer.Header.Set("Location", "https://"+p.text+".example/")
	answer.Header.Set("Www-Authenticate", "Basic realm="+p.text)
	return answer, nil
}

// Nothing that a token endpoint says shows: it may repeat secrets, and values of users.
func TestTokenFaultsRepeatNothing(t *testing.T) {
	for _, style := range []Style{Basic, Form, JSON} {
		for _, status := range []int{200, 201, 204, 302, 307, 400, 401, 403, 404, 409, 429, 500, 503} {
			for _, text := range []string{"the-secret", "THE-SECRET", "dGhlLXNlY3JldA", "7468652d736563726574", "frieda.mustermann"} {
				c, err := New(Config{
					BaseURL: "https://api.example", Transport: parrotingTokens{status, text},
					Auth: Auth{ClientID: user.NewSecret("the-id"), ClientSecret: user.NewSecret("the-secret"), TokenURL: "https://tokens.example/token", Style: style},
				})
				if err != nil {
					t.Fatal(err)
				}
				ce := do(t, t.Context(), c, post)
				if ce == nil || !strings.HasPrefix(ce.Code, "token_") {
					t.Fatalf("%s %d: %v", style, status, ce)
				}
				if strings.Contains(strings.ToLower(fmt.Sprint(ce.Error(), ce.Detail, ce.RequestID)), strings.ToLower(text)) {
					t.Errorf("%s %d: shows %v", style, status, ce)
				}
				if status/100 == 3 && (ce.Fault != destination.Denied || !strings.Contains(ce.Error(), "auth.token_url")) {
					t.Errorf("%s %d: %v", style, status, ce)
				}
			}
		}
	}
}
