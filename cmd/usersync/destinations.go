package main

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
	"usersync/writer/report"
)

// client is a destination as this package wants it: it also says whether the
// columns of an input will do, before anything is sent.
type client interface {
	destination.API
	CheckColumns(fields []user.Field, op user.Op) error
	CloseIdle()
}

// observer is told of every answer of an API.
type observer func(status int, header http.Header)

// opener makes the client that a config describes. It makes no call but one that
// asks the API what it can do, where the client cannot know.
type opener func(context.Context, *config, observer) (client, report.Scope, error)

// api is an API that users can be sent to. Its section of the config bears its
// name.
type api struct {
	open     opener
	settings func() []setting
	// rehearse points the section to a sandbox.
	rehearse func(c *config, url string)
	// section is what a new config says of it.
	section string
	// instead of a delete it can do this; empty: nothing else.
	instead string
}

// destinations holds every API by its name in the config.
func destinations() map[string]api {
	return map[string]api{
		"kard":       {openKard, kardSettings, rehearseKard, kardSection, ""},
		"konstantly": {openKonstantly, konstantlySettings, rehearseKonstantly, konstantlySection, "block"},
		"scim":       {openSCIM, scimSettings, rehearseSCIM, scimSection, "deactivate"},
		"onbo":       {openOnbo, onboSettings, rehearseOnbo, onboSection, ""},
		"custom":     {openCustom, customSettings, rehearseCustom, "", ""},
	}
}

func destinationNames() []string { return slices.Sorted(maps.Keys(destinations())) }

// restConfig is what every API over HTTP is told.
func restConfig(c *config, see observer) rest.Config {
	return rest.Config{
		Timeout: c.Pace.Timeout, MaxConns: c.Pace.Workers, Version: exit.ReadBuild().Version,
		CAFile: c.Network.CA, CertFile: c.Network.Cert, KeyFile: c.Network.Key, Proxy: c.Network.Proxy,
		InsecureHTTP: c.Network.InsecureHTTP, HTTP2: c.Network.HTTP2, Observe: see,
	}
}
