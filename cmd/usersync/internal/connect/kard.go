package connect

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/destination/kard"
	"usersync/sync/destination/rest"
	"usersync/sync/plausible"
	"usersync/sync/user"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// kardSection is the section of kard.
type kardSection struct {
	baseURL, organization string
	put                   string
	auth                  kardAuth
}

type kardAuth struct {
	clientID, tokenURL, style, targetIssuer string
	clientSecret, token                     user.Secret
}

func newKard() *api {
	k := &kardSection{}
	return &api{
		name: "kard", settings: k.settings(), open: k.open,
		toSandbox: func(url string) { k.baseURL, k.organization = url, "sandbox" }, mock: func() string { return "kard" },
		draft: kardDraft, causes: kardCauses(), account: "organization",
	}
}

func (k *kardSection) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "base_url", Kind: setting.URL, Value: "URL", Remote: true, Identifies: setting.ScopeIdentity,
			Use: "address of the API; no default, so a test cannot reach production by accident",
			Set: setting.IntoString(&k.baseURL)},
		{Key: "organization", Kind: setting.ID, Value: "ID", Remote: true,
			Use: "organization id of the issuer",
			Set: setting.IntoString(&k.organization)},
		{Key: "put", Value: "NAME", Default: "merge", Words: []string{"merge", "as_is"},
			Use: "what an update sends: the row and what it leaves out, read from the API (merge), or the row alone (as_is)",
			Set: setting.IntoString(&k.put)},
		{Key: "auth.client_id", Kind: setting.ID, Value: "ID", Remote: true,
			Use: "client id",
			Set: setting.IntoString(&k.auth.clientID)},
		{Key: "auth.client_secret", Kind: setting.Secret, Remote: true,
			Use: "client secret",
			Set: setting.IntoSecret(&k.auth.clientSecret)},
		{Key: "auth.token", Kind: setting.Secret, Remote: true,
			Use: "fixed token, instead of client_id and client_secret",
			Set: setting.IntoSecret(&k.auth.token)},
		{Key: "auth.token_url", Kind: setting.URL, Value: "URL", Remote: true,
			Use: "where to fetch tokens; without it, the API's address followed by /v2/auth/token",
			Set: setting.IntoString(&k.auth.tokenURL)},
		{Key: "auth.style", Value: "NAME", Default: "basic", Words: []string{"basic", "form", "json"}, Remote: true,
			Use: "how to send the client id and secret to token_url",
			Set: setting.IntoString(&k.auth.style)},
		{Key: "auth.target_issuer", Kind: setting.ID, Value: "ID", Remote: true,
			Use: "issuer to request tokens for, if the client has several",
			Set: setting.IntoString(&k.auth.targetIssuer)},
	}
}

func (k *kardSection) open(_ context.Context, c *config.Config, see observer) (Client, report.Scope, error) {
	r := restConfig(c, see)
	r.BaseURL = baseURL(c, k.baseURL)
	r.Auth = rest.Auth{
		Token: k.auth.token, ClientID: user.NewSecret(k.auth.clientID), ClientSecret: k.auth.clientSecret,
		TokenURL: k.auth.tokenURL, Style: rest.Style(k.auth.style), Header: http.Header{},
	}
	if k.auth.targetIssuer != "" {
		r.Auth.Header.Set("X-Kard-Target-Issuer", k.auth.targetIssuer)
	}
	opened, err := kard.New(kard.Config{Organization: k.organization, Put: kard.Put(k.put), AnyPhone: c.Input.Checks == plausible.Warn, REST: r})
	if err != nil {
		return nil, report.Scope{}, err
	}
	scope, err := scopeOf(c, "kard", r.BaseURL, k.organization)
	return opened, scope, err
}

const kardDraft = `kard:
  base_url: https://test-rewards-api.getkard.com # Kard's own sandbox; not needed with --sandbox
  organization: env:KARD_ORGANIZATION
  auth: {client_id: env:KARD_CLIENT_ID, client_secret: env:KARD_CLIENT_SECRET}
`

// kardMock is the sandbox's built-in API.
func kardMock() Mock {
	return Mock{snippet: func(o MockOptions, url string) string {
		auth := ""
		if o.Auth {
			auth = ", auth: {client_id: any, client_secret: env:ANY_SECRET}"
		}
		return fmt.Sprintf("kard: {base_url: %q, organization: %s%s}", url, cmp.Or(o.Organization, "any"), auth)
	}}
}

// kardCauses say what to do about rejects of this API. The codes are those of its page in docs.
func kardCauses() []cause.Known {
	return []cause.Known{
		refusedWith("bad_request", "Correct the field that Kard's words name."),
		refusedWith("not_found", "Check the organization in the config, and the ids of these users."),
	}
}
