package main

import (
	"cmp"
	"context"
	"fmt"

	"usersync/sync/destination/konstantly"
	"usersync/sync/sandbox"
	rehearsed "usersync/sync/sandbox/konstantly"
	"usersync/sync/user"
	"usersync/writer/report"
)

// openKonstantly asks the site for its custom attributes, if options are given by
// name.
func openKonstantly(ctx context.Context, c *config, see observer) (client, report.Scope, error) {
	k := c.konstantly
	r := restConfig(c, nil) // the pace begins with the run
	r.BaseURL = cmp.Or(c.Target.BaseURL, k.baseURL)
	config := konstantly.Config{Key: k.key, OnAbsent: konstantly.Absence(cmp.Or(c.Target.OnAbsent, k.onAbsent)), Password: konstantly.Password(k.password), REST: r}
	if k.choices == "names" && !c.Target.Offline {
		var err error
		if config.Schema, err = konstantly.Learn(ctx, config); err != nil {
			return nil, report.Scope{}, err
		}
	}
	config.REST.Observe = see
	opened, err := konstantly.New(config)
	if err != nil {
		return nil, report.Scope{}, err
	}
	return opened, report.Scope{Destination: "konstantly", Host: hostOf(r.BaseURL), Sandbox: c.Target.Sandbox}, nil
}

const konstantlyPath = "/openapi/v1"

func rehearseKonstantly(c *config, url string) {
	c.konstantly.baseURL, c.konstantly.key = url+konstantlyPath, user.NewSecret("sandbox")
}

func rehearsedKonstantly(sandboxFlags) sandbox.API { return rehearsed.New(rehearsed.Options{}) }

func konstantlySnippet(_ sandboxFlags, url string) string {
	return fmt.Sprintf("konstantly: {base_url: %q, auth: {key: env:ANY_SECRET}}", url+konstantlyPath)
}

const konstantlySection = `konstantly:
  base_url: https://YOURSITE.konstant.ly/openapi/v1 # not needed with --sandbox
  auth: {key: env:KONSTANTLY_KEY}
`
