package main

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim"
	"usersync/sync/user"
	"usersync/writer/report"
)

// openSCIM asks the server what it can do, unless the settings say all of it.
func openSCIM(ctx context.Context, c *config, see observer) (client, report.Scope, error) {
	s := c.scim
	r := restConfig(c, see)
	r.BaseURL = cmp.Or(c.Target.BaseURL, s.baseURL)
	r.Auth = rest.Auth{
		Token: s.auth.token, User: s.auth.user, Password: s.auth.password,
		ClientID: user.NewSecret(s.auth.clientID), ClientSecret: s.auth.clientSecret,
		TokenURL: s.auth.tokenURL, Style: rest.Style(s.auth.style), Scope: s.auth.scope,
	}
	features, err := scimFeatures(ctx, c, r)
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

// scimFeatures are what the server says that it can do, within the settings.
func scimFeatures(ctx context.Context, c *config, r rest.Config) (scim.Features, error) {
	s := c.scim
	if c.Target.Offline || s.bulk == "upload" || s.bulk == "off" && s.update != "auto" {
		return s.limit(scim.Features{}), nil
	}
	r.Observe = nil // the pace begins with the run
	for attempt := 0; ; attempt++ {
		found, _, err := scim.Discover(ctx, r)
		wait, again := scimBusy(err, attempt)
		if !again || attempt == c.Pace.Retries || wait > c.Pace.MaxWait {
			return s.limit(found), err
		}
		if err := destination.Pause(ctx, wait); err != nil {
			return found, err
		}
	}
}

// scimBusy says when to ask again where the server could not tell: a night is not
// to be lost for one answer.
func scimBusy(err error, attempt int) (wait time.Duration, again bool) {
	ce, failed := errors.AsType[*destination.CallError](err)
	if !failed || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole {
		return 0, false
	}
	return cmp.Or(ce.After, time.Second<<min(attempt, 5)), true
}

// limit puts the settings over what the server says. Where it says nothing, Bulk
// is used only if the settings order it, and say for how many.
func (s scimConfig) limit(f scim.Features) scim.Features {
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

func rehearseSCIM(c *config, url string) { c.scim.baseURL = url }

const scimSection = `scim:
  base_url: https://idp.example.com/scim/v2 # not needed with --sandbox
  auth: {token: env:SCIM_TOKEN}
`
