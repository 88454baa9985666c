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
	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim"
	"usersync/sync/destination/stack"
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
		{Key: "base_url", Kind: config.URL, Value: "URL", Remote: true,
			Use: "the address below which /Users is; there is no default",
			Set: config.IntoString(&s.baseURL)},
		{Key: "bulk", Value: "NAME", Default: "auto", Words: []string{"auto", "on", "off", "upload"},
			Use: "many users in one call: as the server says (auto), also where it does not say (on), never (off), or to Microsoft Entra's /bulkUpload (upload)",
			Set: config.IntoString(&s.bulk)},
		{Key: "max_operations", Value: "N", Default: "0",
			Use: "the most users in one call, where the server says none or more; 0 is what it says",
			Set: config.Into(&s.maxOperations, config.ParseCount(0))},
		{Key: "max_payload", Value: "BYTES", Default: "0",
			Use: "the most bytes in one call of many users, where the server says none or more; 0 is what it says",
			Set: config.Into(&s.maxPayload, parseBytes)},
		{Key: "update", Value: "NAME", Default: "auto", Words: []string{"auto", "patch", "put"},
			Use: "how users are updated: PATCH with what the row has, PUT of the whole user, or PATCH where the server says that it has it (auto)",
			Set: config.IntoString(&s.update)},
		{Key: "put", Value: "NAME", Default: "merge", Words: []string{"merge", "as_is"},
			Use: "a PUT sends back what the row leaves out (merge), or clears it (as_is)",
			Set: config.IntoString(&s.put)},
		{Key: "match", Value: "NAME", Default: "external_id", Words: []string{"external_id", "user_name"},
			Use: "which users of the server are ours where its key for them is not known: those who hold our id as externalId, or also those with the same userName and no externalId",
			Set: config.IntoString(&s.match)},
		{Key: "on_absent", Value: "NAME", Default: "delete", Words: []string{"delete", "deactivate"},
			Use: "a delete removes the user, or sets active to false; every user who is sent is active then, unless the row says otherwise",
			Set: config.IntoString(&s.onAbsent)},
		{Key: "passwords", Value: "WHEN", Default: "create", Words: []string{"create", "always"},
			Use: "whether passwords go with creates alone, or with updates too",
			Set: config.IntoString(&s.passwords)},
		{Key: "auth.token", Kind: config.Secret, Remote: true,
			Use: "a fixed bearer token",
			Set: config.IntoSecret(&s.auth.token)},
		{Key: "auth.user", Kind: config.ID, Value: "NAME", Remote: true,
			Use: "a user, for basic authentication, with password",
			Set: config.IntoString(&s.auth.user)},
		{Key: "auth.password", Kind: config.Secret, Remote: true,
			Use: "the user's password",
			Set: config.IntoSecret(&s.auth.password)},
		{Key: "auth.client_id", Kind: config.ID, Value: "ID", Remote: true,
			Use: "the client's id, for OAuth 2 client credentials",
			Set: config.IntoString(&s.auth.clientID)},
		{Key: "auth.client_secret", Kind: config.Secret, Remote: true,
			Use: "the client's secret",
			Set: config.IntoSecret(&s.auth.clientSecret)},
		{Key: "auth.token_url", Kind: config.URL, Value: "URL", Remote: true,
			Use: "where tokens are fetched",
			Set: config.IntoString(&s.auth.tokenURL)},
		{Key: "auth.style", Value: "NAME", Default: "basic", Words: []string{"basic", "form", "json"}, Remote: true,
			Use: "how the client's id and secret travel to the token address",
			Set: config.IntoString(&s.auth.style)},
		{Key: "auth.scope", Value: "TEXT", Remote: true,
			Use: "the scope that a token is asked for",
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

// open asks the server what it can do, unless the settings say all of it.
func (s *scimSection) open(ctx context.Context, c *config.Config, see observer) (Client, report.Scope, error) {
	r := restConfig(c, see)
	r.BaseURL = cmp.Or(c.Target.BaseURL, s.baseURL)
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
	return opened, report.Scope{Destination: "scim", Host: hostOf(r.BaseURL), Account: tenantOf(r.BaseURL), Sandbox: c.Target.Sandbox}, nil
}

// features are what the server says that it can do, within the settings.
func (s *scimSection) features(ctx context.Context, c *config.Config, r rest.Config) (scim.Features, error) {
	if c.Target.Offline || s.bulk == "upload" || s.bulk == "off" && s.update != "auto" {
		return s.limit(scim.Features{}), nil
	}
	r.Observe = nil // the pace begins with the run
	for attempt := 0; ; attempt++ {
		found, _, err := scim.Discover(ctx, r)
		wait, again := retryDiscovery(err, attempt)
		if !again || attempt == c.Pace.Retries || wait > c.Pace.MaxWait {
			return s.limit(found), err
		}
		if err := stack.Pause(ctx, wait); err != nil {
			return found, err
		}
	}
}

// scimBusy says when to ask again where the server could not tell: a night is not
// to be lost for one answer.
func retryDiscovery(err error, attempt int) (wait time.Duration, again bool) {
	ce, failed := errors.AsType[*destination.CallError](err)
	if !failed || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole {
		return 0, false
	}
	return cmp.Or(ce.After, time.Second<<min(attempt, 5)), true
}

// limit puts the settings over what the server says. Where it says nothing, Bulk
// is used only if the settings order it, and say for how many.
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

// tenantOf is the tenant, where one server has several.
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
			flags.IntVar(&o.SCIM.MaxOperations, "scim-max-operations", 0, "scim: the most operations in a Bulk call; 0 is 1000")
			flags.IntVar(&o.SCIM.MaxPayload, "scim-max-payload", 0, "scim: the most bytes in a Bulk call; 0 is 1 MiB")
			flags.BoolVar(&o.SCIM.NoBulk, "scim-no-bulk", false, "scim: there is no Bulk")
			flags.BoolVar(&o.SCIM.NoPatch, "scim-no-patch", false, "scim: there is no PATCH")
			flags.BoolVar(&o.SCIM.NoConfig, "scim-no-config", false, "scim: there is no ServiceProviderConfig")
			flags.BoolVar(&o.SCIM.AnyOrder, "scim-any-order", false, "scim: a Bulk call is answered in another order")
			flags.BoolVar(&o.SCIM.ExactNames, "scim-exact-names", false, "scim: userName is searched by letter case, though unique without")
		},
	}
}
