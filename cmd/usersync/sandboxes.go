package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/sandbox"
)

// rehearsal is an API that `usersync sandbox` can play. It bears the name that
// the API has among the destinations.
type rehearsal struct {
	// open makes the API; nil is the one that the sandbox itself knows.
	open func(sandboxFlags) sandbox.API
	// snippet is the section of a config that leads to the server.
	snippet func(f sandboxFlags, url string) string
}

// sandboxes holds every API that can be rehearsed.
func sandboxes() map[string]rehearsal {
	all := map[string]rehearsal{
		"kard":       {nil, kardSnippet},
		"konstantly": {rehearsedKonstantly, konstantlySnippet},
		"scim":       {rehearsalOfSCIM, scimSnippet},
		"onbo":       {rehearsedOnbo, onboSnippet},
	}
	maps.Copy(all, customSandboxes())
	return all
}

// rehearsal are the options of the sandbox that plays the API of c: the one of its
// own name, or that which the section of custom names.
func (c *config) rehearsal() (sandbox.Options, error) {
	name := c.Target.To
	if name == customBlock {
		name = c.custom.sandbox
	}
	played, ok := sandboxes()[name]
	if !ok {
		return sandbox.Options{}, exit.Usage(fmt.Errorf("start the sandbox: nothing plays %s", c.Target.To), "write sandbox: NAME under custom: in the config; known are "+exit.List(sandboxNames()), "")
	}
	if played.open == nil {
		return sandbox.Options{}, nil
	}
	return sandbox.Options{API: played.open(sandboxFlags{})}, nil
}

func sandboxNames() []string { return slices.Sorted(maps.Keys(sandboxes())) }

func kardSnippet(f sandboxFlags, url string) string {
	auth := ""
	if f.auth {
		auth = ", auth: {client_id: any, client_secret: env:ANY_SECRET}"
	}
	return fmt.Sprintf("kard: {base_url: %q, organization: %s%s}", url, cmp.Or(f.organization, "any"), auth)
}
