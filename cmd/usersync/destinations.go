package main

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/kard"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
	"usersync/writer"
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
type opener func(context.Context, *config, observer) (client, writer.Scope, error)

// destinations holds every API by its name in the config.
func destinations() map[string]opener {
	return map[string]opener{
		"kard": openKard,
	}
}

func destinationNames() []string { return slices.Sorted(maps.Keys(destinations())) }

func openKard(_ context.Context, c *config, see observer) (client, writer.Scope, error) {
	k := c.kard
	r := restConfig(c, see)
	r.BaseURL = k.baseURL
	r.Auth = rest.Auth{
		Token: k.auth.token, ClientID: user.NewSecret(k.auth.clientID), ClientSecret: k.auth.clientSecret,
		TokenURL: k.auth.tokenURL, Style: rest.Style(k.auth.style), Header: http.Header{},
	}
	if k.auth.targetIssuer != "" {
		r.Auth.Header.Set("X-Kard-Target-Issuer", k.auth.targetIssuer)
	}
	opened, err := kard.New(kard.Config{Organization: k.organization, Put: kard.Put(k.put), REST: r})
	if err != nil {
		return nil, writer.Scope{}, err
	}
	return opened, writer.Scope{Destination: "kard", Host: hostOf(k.baseURL), Account: k.organization, Sandbox: c.sandbox}, nil
}

// restConfig is what every API over HTTP is told.
func restConfig(c *config, see observer) rest.Config {
	return rest.Config{
		Timeout: c.timeout, MaxConns: c.workers, Version: readBuild().version,
		CAFile: c.tlsCA, CertFile: c.tlsCert, KeyFile: c.tlsKey, Proxy: c.proxy,
		InsecureHTTP: c.insecureHTTP, Observe: see,
	}
}
