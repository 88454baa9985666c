// Package kard is the client of the Kard Users API, version 2024-10-01: it creates
// up to 100 users per call, and updates, deletes and reads single users.
//
// It makes one call and returns what the answer says about each user. Retries,
// pacing and read-backs are the middleware's (package stack).
//
// Start at Client.Apply; multistatus.go reads answers about many users.
package kard

import (
	"cmp"
	"errors"
	"strings"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Config says whose users to write, and how to reach the API.
type Config struct {
	// Organization is the issuer's id, {organizationId} in the API reference.
	Organization string
	// Put is merge or as_is; "" means merge. It is not documented whether PUT
	// clears what a request leaves out, so with merge the caller sends everything
	// that a read showed, attributes without a name here included.
	Put Put
	// AnyPhone sends phone numbers that are not in E.164 form.
	AnyPhone bool
	// REST needs BaseURL and Auth; there is no default production host.
	// Auth.TokenURL defaults to /v2/auth/token below BaseURL.
	REST rest.Config
}

// Put says what an update sends.
type Put string

// The ways to update.
const (
	Merge Put = "merge"
	AsIs  Put = "as_is"
)

const (
	name      = "kard"
	maxUsers  = 100  // per POST; Kard API reference, Create Users
	perMinute = 1000 // calls; the example on Kard's page about usage quotas
	tokenPath = "/v2/auth/token"
)

// reference has the names in Kard's API reference, which its messages may hold.
const reference = "kard issuer issuers enrolledRewards zipCode hashedEmail phoneNumber birthYear historicalTransactionsSent cardlinked affiliate"

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	api    *rest.Client
	users  []string // the path of the collection
	traits destination.Traits
	// anyPhone says not to check phone numbers.
	anyPhone bool
	readers  sync.Pool // *multiStatus
}

// New returns a client, or an error that says which setting is wrong. It makes no
// call.
func New(config Config) (*Client, error) {
	put := cmp.Or(config.Put, Merge)
	switch {
	case strings.TrimSpace(config.Organization) == "":
		return nil, errors.New("kard.organization is missing; set it in the config to the organization id that Kard gave you")
	case config.Organization == "." || config.Organization == "..":
		return nil, errors.New("kard.organization is not an id; set it in the config to the organization id that Kard gave you")
	case put != Merge && put != AsIs:
		return nil, errors.New("kard.put must be merge or as_is")
	}
	config.REST.ErrorText, config.REST.Words = bodyText, vocabulary.New(reference)
	if config.REST.Auth.TokenURL == "" {
		config.REST.Auth.TokenURL = strings.TrimRight(config.REST.BaseURL, "/") + tokenPath
	}
	api, err := rest.New(config.REST)
	if err != nil {
		return nil, err
	}
	return &Client{api: api, users: []string{"v2", "issuers", config.Organization, "users"}, traits: traits(put), anyPhone: config.AnyPhone}, nil
}

// Traits returns the facts about Kard.
func (c *Client) Traits() destination.Traits { return c.traits }

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() { c.api.CloseIdle() }

func traits(put Put) destination.Traits {
	return destination.Traits{
		Name: name,
		Ops: map[user.Op]destination.OpTraits{
			user.Create: {Max: maxUsers, Replay: destination.Detectable},
			user.Update: {Max: 1, Replay: destination.Safe, Merge: put == Merge, Open: put == Merge},
			user.Delete: {Max: 1, Replay: destination.Safe},
		},
		PerMinute: perMinute,
		Fields: []user.Field{
			user.Email, user.HashedEmail, user.Phone, user.BirthYear, user.ZipCode,
			user.EnrolledRewards, user.HistoricalTransactionsSent,
		},
	}
}

// userPath returns the path of a user.
func (c *Client) userPath(id string) []string {
	path := make([]string, 0, len(c.users)+1)
	return append(append(path, c.users...), id)
}

var (
	_ destination.Destination = (*Client)(nil)
	_ destination.Finder      = (*Client)(nil)
)
