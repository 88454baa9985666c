package main

import (
	"cmp"
	"context"
	"net/http"

	"usersync/sync/destination/kard"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
	"usersync/writer/report"
)

func openKard(_ context.Context, c *config, see observer) (client, report.Scope, error) {
	k := c.kard
	r := restConfig(c, see)
	r.BaseURL = cmp.Or(c.Target.BaseURL, k.baseURL)
	r.Auth = rest.Auth{
		Token: k.auth.token, ClientID: user.NewSecret(k.auth.clientID), ClientSecret: k.auth.clientSecret,
		TokenURL: k.auth.tokenURL, Style: rest.Style(k.auth.style), Header: http.Header{},
	}
	if k.auth.targetIssuer != "" {
		r.Auth.Header.Set("X-Kard-Target-Issuer", k.auth.targetIssuer)
	}
	opened, err := kard.New(kard.Config{Organization: k.organization, Put: kard.Put(k.put), REST: r})
	if err != nil {
		return nil, report.Scope{}, err
	}
	return opened, report.Scope{Destination: "kard", Host: hostOf(r.BaseURL), Account: k.organization, Sandbox: c.Target.Sandbox}, nil
}

func rehearseKard(c *config, url string) { c.kard.baseURL, c.kard.organization = url, "sandbox" }

const kardSection = `kard:
  base_url: https://test-rewards-api.getkard.com # Kard's own sandbox; not needed with --sandbox
  organization: env:KARD_ORGANIZATION
  auth: {client_id: env:KARD_CLIENT_ID, client_secret: env:KARD_CLIENT_SECRET}
`
