package main

import (
	"errors"
	"strconv"

	"usersync/sync/user"
)

// scimConfig is the section of scim.
type scimConfig struct {
	baseURL, bulk, update, put, match, onAbsent, passwords string
	maxOperations, maxPayload                              int
	auth                                                   scimAuth
}

type scimAuth struct {
	user, clientID, tokenURL, style, scope string
	password, clientSecret, token          user.Secret
}

func scimSettings() []setting {
	return []setting{
		{key: "scim.base_url", kind: link, value: "URL", remote: true,
			use: "the address below which /Users is; there is no default",
			set: asText(func(c *config) *string { return &c.scim.baseURL })},
		{key: "scim.bulk", value: "NAME", def: "auto", words: []string{"auto", "on", "off", "upload"},
			use: "many users in one call: as the server says (auto), also where it does not say (on), never (off), or to Microsoft Entra's /bulkUpload (upload)",
			set: asText(func(c *config) *string { return &c.scim.bulk })},
		{key: "scim.max_operations", value: "N", def: "0",
			use: "the most users in one call, where the server says none or more; 0 is what it says",
			set: into(func(c *config) *int { return &c.scim.maxOperations }, parseCount(0))},
		{key: "scim.max_payload", value: "BYTES", def: "0",
			use: "the most bytes in one call of many users, where the server says none or more; 0 is what it says",
			set: into(func(c *config) *int { return &c.scim.maxPayload }, parseBytes)},
		{key: "scim.update", value: "NAME", def: "auto", words: []string{"auto", "patch", "put"},
			use: "how users are updated: PATCH with what the row has, PUT of the whole user, or PATCH where the server says that it has it (auto)",
			set: asText(func(c *config) *string { return &c.scim.update })},
		{key: "scim.put", value: "NAME", def: "merge", words: []string{"merge", "as_is"},
			use: "a PUT sends back what the row leaves out (merge), or clears it (as_is)",
			set: asText(func(c *config) *string { return &c.scim.put })},
		{key: "scim.match", value: "NAME", def: "external_id", words: []string{"external_id", "user_name"},
			use: "which users of the server are ours where its key for them is not known: those who hold our id as externalId, or also those with the same userName and no externalId",
			set: asText(func(c *config) *string { return &c.scim.match })},
		{key: "scim.on_absent", value: "NAME", def: "delete", words: []string{"delete", "deactivate"},
			use: "a delete removes the user, or sets active to false; every user who is sent is active then, unless the row says otherwise",
			set: asText(func(c *config) *string { return &c.scim.onAbsent })},
		{key: "scim.passwords", value: "WHEN", def: "create", words: []string{"create", "always"},
			use: "whether passwords go with creates alone, or with updates too",
			set: asText(func(c *config) *string { return &c.scim.passwords })},
		{key: "scim.auth.token", kind: secret, remote: true,
			use: "a fixed bearer token",
			set: asSecret(func(c *config) *user.Secret { return &c.scim.auth.token })},
		{key: "scim.auth.user", kind: name, value: "NAME", remote: true,
			use: "a user, for basic authentication, with password",
			set: asText(func(c *config) *string { return &c.scim.auth.user })},
		{key: "scim.auth.password", kind: secret, remote: true,
			use: "the user's password",
			set: asSecret(func(c *config) *user.Secret { return &c.scim.auth.password })},
		{key: "scim.auth.client_id", kind: name, value: "ID", remote: true,
			use: "the client's id, for OAuth 2 client credentials",
			set: asText(func(c *config) *string { return &c.scim.auth.clientID })},
		{key: "scim.auth.client_secret", kind: secret, remote: true,
			use: "the client's secret",
			set: asSecret(func(c *config) *user.Secret { return &c.scim.auth.clientSecret })},
		{key: "scim.auth.token_url", kind: link, value: "URL", remote: true,
			use: "where tokens are fetched",
			set: asText(func(c *config) *string { return &c.scim.auth.tokenURL })},
		{key: "scim.auth.style", value: "NAME", def: "basic", words: []string{"basic", "form", "json"}, remote: true,
			use: "how the client's id and secret travel to the token address",
			set: asText(func(c *config) *string { return &c.scim.auth.style })},
		{key: "scim.auth.scope", value: "TEXT", remote: true,
			use: "the scope that a token is asked for",
			set: asText(func(c *config) *string { return &c.scim.auth.scope })},
	}
}

func parseBytes(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errors.New("must be a number of bytes")
	}
	return n, nil
}
