package main

import "usersync/sync/user"

// konstantlyConfig is the section of konstantly.
type konstantlyConfig struct {
	baseURL, onAbsent, password, choices string
	key                                  user.Secret
}

func konstantlySettings() []setting {
	return []setting{
		{key: "konstantly.base_url", kind: link, value: "URL", remote: true,
			use: "the API's address with its path, such as https://YOURSITE.konstant.ly/openapi/v1",
			set: asText(func(c *config) *string { return &c.konstantly.baseURL })},
		{key: "konstantly.auth.key", kind: secret, remote: true,
			use: "the API key, from your site's Settings > API",
			set: asSecret(func(c *config) *user.Secret { return &c.konstantly.key })},
		{key: "konstantly.on_absent", value: "NAME", def: "delete", words: []string{"delete", "block"},
			use: "a delete removes the user for good (delete), or deactivates the user until an update (block)",
			set: asText(func(c *config) *string { return &c.konstantly.onAbsent })},
		{key: "konstantly.password", value: "NAME", def: "create", words: []string{"create", "always", "generate"},
			use: "a row's password is sent with a new user (create) or with updates too (always); generate makes one, which nobody learns, for new users whose row has none",
			set: asText(func(c *config) *string { return &c.konstantly.password })},
		{key: "konstantly.choices", value: "NAME", def: "as_is", words: []string{"as_is", "names"},
			use: "custom attributes are sent as the row has them (as_is), or the site is asked for its attributes first, so that options can be given by name and values get their types (names)",
			set: asText(func(c *config) *string { return &c.konstantly.choices })},
	}
}
