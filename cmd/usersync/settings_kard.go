package main

import "usersync/sync/user"

func kardSettings() []setting {
	return []setting{
		{key: "kard.base_url", kind: link, value: "URL", remote: true,
			use: "the API's address; there is no default, so that no rehearsal meets production by accident",
			set: asText(func(c *config) *string { return &c.kard.baseURL })},
		{key: "kard.organization", kind: name, value: "ID", remote: true,
			use: "the issuer's organization id",
			set: asText(func(c *config) *string { return &c.kard.organization })},
		{key: "kard.put", value: "NAME", def: "merge", words: []string{"merge", "as_is"},
			use: "an update sends back what the row leaves out (merge), or the row alone (as_is)",
			set: asText(func(c *config) *string { return &c.kard.put })},
		{key: "kard.auth.client_id", kind: name, value: "ID", remote: true,
			use: "the client's id",
			set: asText(func(c *config) *string { return &c.kard.auth.clientID })},
		{key: "kard.auth.client_secret", kind: secret, remote: true,
			use: "the client's secret",
			set: asSecret(func(c *config) *user.Secret { return &c.kard.auth.clientSecret })},
		{key: "kard.auth.token", kind: secret, remote: true,
			use: "a fixed token, in place of client_id and client_secret",
			set: asSecret(func(c *config) *user.Secret { return &c.kard.auth.token })},
		{key: "kard.auth.token_url", kind: link, value: "URL", remote: true,
			use: "where tokens are fetched; without it the API's own address and /v2/auth/token",
			set: asText(func(c *config) *string { return &c.kard.auth.tokenURL })},
		{key: "kard.auth.style", value: "NAME", def: "basic", words: []string{"basic", "form", "json"}, remote: true,
			use: "how the client's id and secret travel to the token address",
			set: asText(func(c *config) *string { return &c.kard.auth.style })},
		{key: "kard.auth.target_issuer", kind: name, value: "ID", remote: true,
			use: "the one issuer that a token is for, where a client has several",
			set: asText(func(c *config) *string { return &c.kard.auth.targetIssuer })},
	}
}

func asSecret(place func(*config) *user.Secret) func(*config, string) error {
	return into(place, func(s string) (user.Secret, error) { return user.NewSecret(s), nil })
}
