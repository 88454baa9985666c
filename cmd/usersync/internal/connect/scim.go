package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim"
	"usersync/sync/destination/wait"
	"usersync/sync/sandbox"
	mocked "usersync/sync/sandbox/scim"
	"usersync/sync/user"
	"usersync/writer/report"
)

// scimSection is the section of scim.
type scimSection struct {
	baseURL, bulk, update, put, match, onAbsent, passwords string
	maxOperations, maxPayload                              int
	auth                                                   scimAuth
}

type scimAuth struct {
	user, clientID, tokenURL, style, scope string
	password, clientSecret, token          user.Secret
}

func newSCIM() *api {
	s := &scimSection{}
	return &api{
		name: "scim", settings: s.settings(), open: s.open,
		toSandbox: func(url string) { s.baseURL = url }, mock: func() string { return "scim" },
		draft: scimDraft, onAbsent: "deactivate",
	}
}

func (s *scimSection) settings() []config.Setting {
	return []config.Setting{
		{Key: "base_url", Kind: config.URL, Value: "URL", Remote: true, Identifies: config.ScopeIdentity,
			Use: "address of the server, without /Users; no default",
			Set: config.IntoString(&s.baseURL)},
		{Key: "bulk", Value: "NAME", Default: "auto", Words: []string{"auto", "on", "off", "upload"},
			Use: "when to send many users per call: if the server says it can (auto), even if it does not say so (on), never (off), or to Microsoft Entra's /bulkUpload (upload)",
			Set: config.IntoString(&s.bulk)},
		{Key: "max_operations", Value: "N", Default: "0",
			Use: "most users per call, if the server allows more or sets no limit; 0 is the server's limit",
			Set: config.Into(&s.maxOperations, quantity.ParseCount(0))},
		{Key: "max_payload", Value: "BYTES", Default: "0",
			Use: "most bytes in a call with many users, if the server allows more or sets no limit; 0 is the server's limit",
			Set: config.Into(&s.maxPayload, parseBytes)},
		{Key: "update", Value: "NAME", Default: "auto", Words: []string{"auto", "patch", "put"},
			Use: "how to update users: PATCH what the row has (patch), PUT the whole user (put), or PATCH if the server says it can (auto)",
			Set: config.IntoString(&s.update)},
		{Key: "put", Value: "NAME", Default: "merge", Words: []string{"merge", "as_is"},
			Use: "what a PUT does with fields that the row leaves out: keep them (merge), or clear them (as_is)",
			Set: config.IntoString(&s.put)},
		{Key: "match", Value: "NAME", Default: "external_id", Words: []string{"external_id", "user_name"},
			Use: "how to find a user whose key is not in the ledger: by our id as externalId (external_id), or also by the same userName without an externalId (user_name)",
			Set: config.IntoString(&s.match)},
		{Key: "on_absent", Value: "NAME", Default: "delete", Words: []string{"delete", "deactivate"},
			Use: "what a delete does: remove the user, or set active to false; with deactivate, every user that is sent becomes active unless the row says otherwise",
			Set: config.IntoString(&s.onAbsent)},
		{Key: "passwords", Value: "WHEN", Default: "create", Words: []string{"create", "always"},
			Use: "when to send passwords: with creates only, or with updates too",
			Set: config.IntoString(&s.passwords)},
		{Key: "auth.token", Kind: config.Secret, Remote: true,
			Use: "fixed bearer token",
			Set: config.IntoSecret(&s.auth.token)},
		{Key: "auth.user", Kind: config.ID, Value: "NAME", Remote: true,
			Use: "user name, for basic authentication with password",
			Set: config.IntoString(&s.auth.user)},
		{Key: "auth.password", Kind: config.Secret, Remote: true,
			Use: "password, for basic authentication",
			Set: config.IntoSecret(&s.auth.password)},
		{Key: "auth.client_id", Kind: config.ID, Value: "ID", Remote: true,
			Use: "client id, for OAuth 2 client credentials",
			Set: config.IntoString(&s.auth.clientID)},
		{Key: "auth.client_secret", Kind: config.Secret, Remote: true,
			Use: "client secret",
			Set: config.IntoSecret(&s.auth.clientSecret)},
		{Key: "auth.token_url", Kind: config.URL, Value: "URL", Remote: true,
			Use: "where to fetch tokens",
			Set: config.IntoString(&s.auth.tokenURL)},
		{Key: "auth.style", Value: "NAME", Default: "basic", Words: []string{"basic", "form", "json"}, Remote: true,
			Use: "how to send the client id and secret to token_url",
			Set: config.IntoString(&s.auth.style)},
		{Key: "auth.scope", Value: "TEXT", Remote: true,
			Use: "scope to request for a token",
			Set: config.IntoString(&s.auth.scope)},
	}
}

func parseBytes(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errors.New("must be a number of bytes")
	}
	return n, nil
}

// open asks the server what it can do, unless the settings say everything.
func (s *scimSection) open(ctx context.Context, c *config.Config, see observer) (Client, report.Scope, error) {
	r := restConfig(c, see)
	r.BaseURL = baseURL(c, s.baseURL)
	r.Auth = rest.Auth{
		Token: s.auth.token, User: s.auth.user, Password: s.auth.password,
		ClientID: user.NewSecret(s.auth.clientID), ClientSecret: s.auth.clientSecret,
		TokenURL: s.auth.tokenURL, Style: rest.Style(s.auth.style), Scope: s.auth.scope,
	}
	features, err := s.features(ctx, c, r)
	if err != nil {
		return nil, report.Scope{}, err
	}
	opened, err := scim.New(scim.Config{
		Features: features, Update: scim.Update(s.update), Put: scim.Put(s.put), Match: scim.Match(s.match),
		Deactivate: cmp.Or(c.Target.OnAbsent, s.onAbsent) == "deactivate", Passwords: s.passwords == "always", Upload: s.bulk == "upload", REST: r,
	})
	if err != nil {
		return nil, report.Scope{}, err
	}
	scope, err := scopeOf(c, "scim", r.BaseURL, tenantOf(r.BaseURL))
	return opened, scope, err
}

// features are what the server says it can do, limited by the settings.
func (s *scimSection) features(ctx context.Context, c *config.Config, r rest.Config) (scim.Features, error) {
	if c.Target.Offline || s.bulk == "upload" || s.bulk == "off" && s.update != "auto" {
		return s.limit(scim.Features{}), nil
	}
	r.Observe = nil // the pace begins with the run
	for attempt := 0; ; attempt++ {
		found, _, err := scim.Discover(ctx, r)
		pause, again := retryDiscovery(err, attempt)
		if !again || attempt == c.Pace.Retries || pause > c.Pace.MaxWait {
			return s.limit(found), err
		}
		if err := wait.For(ctx, pause); err != nil {
			return found, err
		}
	}
}

// retryDiscovery says whether and when to ask the server again what it can do: one
// bad answer must not cost a night.
func retryDiscovery(err error, attempt int) (wait time.Duration, again bool) {
	ce, failed := errors.AsType[*destination.CallError](err)
	if !failed || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole {
		return 0, false
	}
	return cmp.Or(ce.After, time.Second<<min(attempt, 5)), true
}

// limit applies the settings to what the server says. If the server says nothing, Bulk
// is used only if the settings turn it on and say for how many users.
func (s *scimSection) limit(f scim.Features) scim.Features {
	f.Bulk = (f.Bulk || s.bulk == "on") && s.bulk != "off"
	if s.maxOperations > 0 && (f.MaxOperations <= 1 && s.bulk == "on" || s.maxOperations < f.MaxOperations) {
		f.MaxOperations = s.maxOperations
	}
	if most := int64(s.maxPayload); most > 0 && (f.MaxPayload == 0 || most < f.MaxPayload) {
		f.MaxPayload = most
	}
	return f
}

// tenantOf is the tenant, for a server with several.
func tenantOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}

const scimDraft = `scim:
  base_url: https://idp.example.com/scim/v2 # not needed with --sandbox
  auth: {token: env:SCIM_TOKEN}
`

func scimMock() Mock {
	return Mock{
		open: func(o MockOptions) sandbox.API { return mocked.API{Options: o.SCIM} },
		snippet: func(o MockOptions, url string) string {
			auth := ""
			if o.Auth {
				auth = fmt.Sprintf(", auth: {client_id: any, client_secret: env:ANY_SECRET, token_url: %q}", url+"/token")
			}
			return fmt.Sprintf("scim: {base_url: %q%s}", url, auth)
		},
		flags: func(o *MockOptions, flags *pflag.FlagSet) {
			flags.IntVar(&o.SCIM.MaxOperations, "scim-max-operations", 0, "at most `N` operations per Bulk call; 0 is 1000")
			flags.IntVar(&o.SCIM.MaxPayload, "scim-max-payload", 0, "at most `BYTES` per Bulk call; 0 is 1 MiB")
			flags.BoolVar(&o.SCIM.NoBulk, "scim-no-bulk", false, "do not support Bulk")
			flags.BoolVar(&o.SCIM.NoPatch, "scim-no-patch", false, "do not support PATCH")
			flags.BoolVar(&o.SCIM.NoConfig, "scim-no-config", false, "do not have a ServiceProviderConfig")
			flags.BoolVar(&o.SCIM.AnyOrder, "scim-any-order", false, "answer a Bulk call in another order")
			flags.BoolVar(&o.SCIM.ExactNames, "scim-exact-names", false, "match the case of userName in a search, but not when it must be unique")
		},
	}
}
