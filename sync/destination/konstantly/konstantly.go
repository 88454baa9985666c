// Package konstantly is the client of Konstantly's users API (openapi/v1, which
// its vendor calls a beta): create, update, delete or block, and read one user.
//
// It says what the answer says of the user. Where one call cannot tell (a create
// that is refused over its e-mail) or cannot do it all (an update of somebody
// blocked) it makes the next in turn. It sends nothing twice and keeps no pace:
// those are the manners in the folder above. It assigns no courses or groups
// after a create, because no update takes them, and it changes no custom
// attribute's definition.
//
// Start at Client.Apply; create.go tells a user who exists from an e-mail that
// somebody else has.
package konstantly

import (
	"cmp"
	"errors"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Config says how to reach the API and what it is to do where it leaves a
// choice.
type Config struct {
	// Key is sent with every call, in the header X-API-KEY.
	Key user.Secret
	// OnAbsent says what a delete does; "" means delete.
	OnAbsent Absence
	// Password says when a password is sent; "" means create.
	Password Password
	// Schema are the site's custom attributes, as Learn finds them: options may
	// then be given by name, and values get the type that their attribute has.
	// Without it a value is sent as the record holds it.
	Schema Schema
	// REST needs BaseURL, with its path /openapi/v1; there is no default. Its
	// Auth stays empty.
	REST rest.Config
}

// Absence is what becomes of a user who is to be absent.
type Absence string

// The ways to be absent. Block deactivates: the user stays, with isBanned true,
// and an update activates the user again.
const (
	Delete Absence = "delete"
	Block  Absence = "block"
)

// Password says when a password is sent. The API requires one of every new user.
type Password string

// The times to send a password. Generate makes one for a new user whose record
// has none; nobody learns it, so that the user has to reset it.
const (
	OnCreate Password = "create"
	Always   Password = "always"
	Generate Password = "generate"
)

const (
	name      = "konstantly"
	keyHeader = "X-API-KEY"
	perMinute = 100 // X-RateLimit-Limit; Konstantly API reference, Introduction
)

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	form
	api    *rest.Client
	traits destination.Traits
}

// form knows how Konstantly takes a user and shows one. It makes no call.
type form struct{ config Config }

// New returns a client. It makes no call.
func New(config Config) (*Client, error) {
	config.OnAbsent = cmp.Or(config.OnAbsent, Delete)
	config.Password = cmp.Or(config.Password, OnCreate)
	switch {
	case config.OnAbsent != Delete && config.OnAbsent != Block:
		return nil, errors.New("konstantly.on_absent must be delete or block")
	case config.Password != OnCreate && config.Password != Always && config.Password != Generate:
		return nil, errors.New("konstantly.password must be create, always or generate")
	case config.Key.Reveal() == "":
		return nil, errors.New("konstantly.auth.key is missing; take it from your site's Settings > API, and set it in the config as env:NAME or file:PATH")
	}
	api, err := config.connect()
	if err != nil {
		return nil, err
	}
	return &Client{form: form{config}, api: api, traits: traits()}, nil
}

func (c Config) connect() (*rest.Client, error) {
	c.REST.Auth = rest.Auth{Key: c.Key, KeyHeader: keyHeader}
	c.REST.Words = words
	return rest.New(c.REST)
}

// Traits returns the facts about Konstantly.
func (c *Client) Traits() destination.Traits { return c.traits }

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() { c.api.CloseIdle() }

// traits: the id is ours and the e-mail unique, so that a second create is
// refused. An update replaces the custom attributes as a whole, and those alone.
func traits() destination.Traits {
	return destination.Traits{
		Name: name,
		Ops: map[user.Op]destination.OpTraits{
			user.Create: {Max: 1, Replay: destination.Detectable},
			user.Update: {Max: 1, Replay: destination.Safe, Merge: true, Set: user.AttributesPrefix},
			user.Delete: {Max: 1, Replay: destination.Safe},
		},
		PerMinute: perMinute,
		Fields: []user.Field{
			user.Email, user.Name, user.Password, user.Role, user.Bio, user.Occupation, user.Location, user.Timezone, user.FromAPI,
			user.Courses, user.Groups, user.DeadlineAt, user.AttributesPrefix,
		},
	}
}

var (
	_ destination.Destination = (*Client)(nil)
	_ destination.Finder      = (*Client)(nil)
)
