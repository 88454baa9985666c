package main

import (
	"cmp"
	"context"
	"fmt"

	"usersync/sync/destination/onbo"
	"usersync/sync/sandbox"
	rehearsed "usersync/sync/sandbox/onbo"
	"usersync/sync/user"
	"usersync/writer/report"
)

func openOnbo(_ context.Context, c *config, see observer) (client, report.Scope, error) {
	o := c.onbo
	r := restConfig(c, see)
	r.BaseURL = cmp.Or(c.Target.BaseURL, o.baseURL)
	opened, err := onbo.New(onbo.Config{
		ClientID: o.clientID, SecretKey: o.secretKey, Epoch: onbo.Epoch(o.epoch), Date: onbo.Date(o.date),
		Checks: onbo.Checks(o.checks), Country: o.country, Reports: o.reports, Delete: o.delete, REST: r,
	})
	if err != nil {
		return nil, report.Scope{}, err
	}
	return opened, report.Scope{Destination: "onbo", Host: hostOf(r.BaseURL), Account: o.clientID, Sandbox: c.Target.Sandbox}, nil
}

func rehearseOnbo(c *config, url string) {
	c.onbo.baseURL, c.onbo.clientID, c.onbo.secretKey = url+"/v1", "sandbox", user.NewSecret(rehearsed.Secret)
	c.onbo.epoch = string(onbo.Milliseconds)
}

func rehearsedOnbo(sandboxFlags) sandbox.API { return rehearsed.API{Secret: rehearsed.Secret} }

func onboSnippet(_ sandboxFlags, url string) string {
	return fmt.Sprintf("onbo: {base_url: %q, auth: {client_id: any, secret_key: env:ONBO_SECRET_KEY}} # with ONBO_SECRET_KEY=%s", url+"/v1", rehearsed.Secret)
}

const onboSection = `onbo:
  base_url: https://sandbox-api.stilt.com/v1 # not needed with --sandbox
  auth: {client_id: env:ONBO_CLIENT_ID, secret_key: env:ONBO_SECRET_KEY}
`
