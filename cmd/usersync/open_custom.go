package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"usersync/sync/destination/custom"
	"usersync/sync/sandbox"
	"usersync/sync/sandbox/shapes"
	"usersync/writer/report"
)

func openCustom(_ context.Context, c *config, see observer) (client, report.Scope, error) {
	if c.custom.section == nil {
		return nil, report.Scope{}, errors.New("the config has no section custom: that describes the API; begin with one of docs/custom")
	}
	described := *c.custom.section
	described.Name, described.BaseURL, described.Account = c.custom.name, cmp.Or(c.Target.BaseURL, c.custom.baseURL), c.custom.account
	network := restConfig(c, see)
	network.Auth, network.Media, network.HTTP2 = described.REST.Auth, described.REST.Media, c.Network.HTTP2 || described.REST.HTTP2
	described.REST = network
	opened, err := custom.New(&described)
	if err != nil {
		return nil, report.Scope{}, err
	}
	scope := report.Scope{Destination: described.Name, Host: hostOf(described.BaseURL), Account: described.Account, Sandbox: c.Target.Sandbox}
	return opened, scope, nil
}

func rehearseCustom(c *config, url string) { c.custom.baseURL = url }

// customSandboxes are the shapes of API that a config can describe and that can be
// rehearsed.
func customSandboxes() map[string]rehearsal {
	all := map[string]rehearsal{}
	for name, api := range shapes.All() {
		all[name] = rehearsal{
			func(sandboxFlags) sandbox.API { return api },
			func(_ sandboxFlags, url string) string { return fmt.Sprintf("base_url: %q # under custom:", url) },
		}
	}
	return all
}
