package connect

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim"
	"usersync/sync/user"
	"usersync/writer/cause"
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
		name: "scim", settings: slices.Concat(s.callSettings(), s.ruleSettings(), s.auth.settings()), open: s.open,
		toSandbox: func(url string) { s.baseURL = url }, mock: func() string { return "scim" },
		draft: scimDraft, causes: scimCauses(), onAbsent: "deactivate",
	}
}

// callSettings say where the server is, and how large its calls may be.
func (s *scimSection) callSettings() []setting.Setting {
	return []setting.Setting{
		{Key: "base_url", Kind: setting.URL, Value: "URL", Remote: true, Identifies: setting.ScopeIdentity,
			Use: "address of the server, without /Users; no default",
			Set: setting.IntoString(&s.baseURL)},
		{Key: "bulk", Value: "NAME", Default: "auto", Words: []string{"auto", "on", "off", "upload"},
			Use: "when to send many users per call: if the server says it can (auto), even if it does not say so (on), never (off), or to Microsoft Entra's /bulkUpload (upload)",
			Set: setting.IntoString(&s.bulk)},
		{Key: "max_operations", Value: "N", Default: "0",
			Use: "most users per call, if the server allows more or sets no limit; 0 is the server's limit",
			Set: setting.Into(&s.maxOperations, quantity.ParseCount(0))},
		{Key: "max_payload", Value: "BYTES", Default: "0",
			Use: "most bytes in a call with many users, if the server allows more or sets no limit; 0 is the server's limit",
			Set: setting.Into(&s.maxPayload, parseBytes)},
	}
}

// ruleSettings say what an update, a search and a delete mean.
func (s *scimSection) ruleSettings() []setting.Setting {
	return []setting.Setting{
		{Key: "update", Value: "NAME", Default: "auto", Words: []string{"auto", "patch", "put"},
			Use: "how to update users: PATCH what the row has (patch), PUT the whole user (put), or PATCH if the server says it can (auto)",
			Set: setting.IntoString(&s.update)},
		{Key: "put", Value: "NAME", Default: "merge", Words: []string{"merge", "as_is"},
			Use: "what a PUT does with fields that the row leaves out: keep them (merge), or clear them (as_is)",
			Set: setting.IntoString(&s.put)},
		{Key: "match", Value: "NAME", Default: "external_id", Words: []string{"external_id", "user_name"},
			Use: "how to find a user whose key is not in the ledger: by our id as externalId (external_id), or also by the same userName without an externalId (user_name)",
			Set: setting.IntoString(&s.match)},
		{Key: "on_absent", Value: "NAME", Default: "delete", Words: []string{"delete", "deactivate"},
			Use: "what a delete does: remove the user, or set active to false; with deactivate, every user that is sent becomes active unless the row says otherwise",
			Set: setting.IntoString(&s.onAbsent)},
		{Key: "passwords", Value: "WHEN", Default: "create", Words: []string{"create", "always"},
			Use: "when to send passwords: with creates only, or with updates too",
			Set: setting.IntoString(&s.passwords)},
	}
}

func (a *scimAuth) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "auth.token", Kind: setting.Secret, Remote: true,
			Use: "fixed bearer token",
			Set: setting.IntoSecret(&a.token)},
		{Key: "auth.user", Kind: setting.ID, Value: "NAME", Remote: true,
			Use: "user name, for basic authentication with password",
			Set: setting.IntoString(&a.user)},
		{Key: "auth.password", Kind: setting.Secret, Remote: true,
			Use: "password, for basic authentication",
			Set: setting.IntoSecret(&a.password)},
		{Key: "auth.client_id", Kind: setting.ID, Value: "ID", Remote: true,
			Use: "client id, for OAuth 2 client credentials",
			Set: setting.IntoString(&a.clientID)},
		{Key: "auth.client_secret", Kind: setting.Secret, Remote: true,
			Use: "client secret",
			Set: setting.IntoSecret(&a.clientSecret)},
		{Key: "auth.token_url", Kind: setting.URL, Value: "URL", Remote: true,
			Use: "where to fetch tokens",
			Set: setting.IntoString(&a.tokenURL)},
		{Key: "auth.style", Value: "NAME", Default: "basic", Words: []string{"basic", "form", "json"}, Remote: true,
			Use: "how to send the client id and secret to token_url",
			Set: setting.IntoString(&a.style)},
		{Key: "auth.scope", Value: "TEXT", Remote: true,
			Use: "scope to request for a token",
			Set: setting.IntoString(&a.scope)},
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

// tenantOf is the tenant, for a server with several.
func tenantOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}

// scimCauses say what to do about rejects of this API. The codes are those of its page in docs.
func scimCauses() []cause.Known {
	return []cause.Known{
		refusedWith("uniqueness", "Use a userName or externalId that no other user of the server has."),
		refusedWith("mutability", "Leave the attribute out of the mapping: the server does not let it change. If it is externalId, because the user got a new id, put the server's key in a column `remote_id`: then externalId is not sent."),
		refusedWith("invalidValue", "Correct the attribute that the server's words name: its type or value is wrong."),
		refusedWith("invalidSyntax", "Check the names and types of the attributes in the mapping against the server's schema."),
		refusedWith("invalidPath", "Use `update: put`, or attributes that the server's schema has."),
		refusedWith("noTarget", "Use `update: put`: the server found nothing to change at this path."),
		refusedWith("sensitive", "Leave the attribute out of the mapping: the server does not take it like this."),
		refusedWith(user.CodeExists, "If the user with this userName is the user of the row, set `match: user_name`, which takes users without an externalId, or put the server's key in a column `remote_id`. Otherwise use another userName."),
	}
}
