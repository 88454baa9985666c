package main

import "usersync/sync/user"

// onboConfig is the section of onbo.
type onboConfig struct {
	baseURL                        string
	checks, date, country, reports string
	delete                         bool
	clientID, epoch                string
	secretKey                      user.Secret
}

func onboSettings() []setting {
	return []setting{
		{key: "onbo.base_url", kind: link, value: "URL", remote: true,
			use: "the API's address with its version, such as https://sandbox-api.stilt.com/v1; there is no default, so that no rehearsal meets production by accident",
			set: asText(func(c *config) *string { return &c.onbo.baseURL })},
		{key: "onbo.auth.client_id", kind: name, value: "ID", remote: true,
			use: "the client's uuid",
			set: asText(func(c *config) *string { return &c.onbo.clientID })},
		{key: "onbo.auth.secret_key", kind: secret, remote: true,
			use: "the secret key, dashes and all: it signs every call and seals SSNs",
			set: asSecret(func(c *config) *user.Secret { return &c.onbo.secretKey })},
		{key: "onbo.auth.epoch", value: "NAME", def: "milliseconds", words: []string{"milliseconds", "seconds"}, remote: true,
			use: "the unit of the time that is signed",
			set: asText(func(c *config) *string { return &c.onbo.epoch })},
		{key: "onbo.checks", value: "NAME", def: "refuse", words: []string{"refuse", "warn"},
			use: "what a name, date, phone, age, e-mail or address that breaks a rule of Onbo does: it is not sent (refuse), or sent and mentioned in the results (warn)",
			set: asText(func(c *config) *string { return &c.onbo.checks })},
		{key: "onbo.date", value: "NAME", def: "slashes", words: []string{"slashes", "dashes"},
			use: "how a date of birth is sent: YYYY/MM/DD or YYYY-MM-DD",
			set: asText(func(c *config) *string { return &c.onbo.date })},
		{key: "onbo.country", value: "TEXT", def: "UNITED STATES",
			use: "what is sent for the United States, however a row calls them",
			set: asText(func(c *config) *string { return &c.onbo.country })},
		{key: "onbo.reports", kind: path, value: "DIR",
			use: "the directory of the files that credit_report and asset_report name; without it there are no reports",
			set: asText(func(c *config) *string { return &c.onbo.reports })},
		{key: "onbo.delete", kind: toggle, def: "false",
			use: "offer mode delete, which Onbo's own reference does not show",
			set: into(func(c *config) *bool { return &c.onbo.delete }, parseBool)},
	}
}
