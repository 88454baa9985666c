// Package konstantly is the client of Konstantly's users API (openapi/v1, which
// its vendor calls a beta): it creates, updates, deletes or blocks, and reads one
// user per call.
//
// It returns what the answer says about the user. If one call is not enough, it
// makes the next one: a create refused because of its e-mail needs a look-up, and
// an update of a blocked user an activation. Retries and pacing are the
// middleware's (package stack). It does not assign courses or groups after a
// create, because no update takes them, and it does not change the definitions of
// custom attributes.
//
// Start at Client.Apply; create.go distinguishes a user who exists from an e-mail
// that belongs to another user.
package konstantly

import (
	"cmp"
	"errors"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Config says how to reach the API, and what to do where it leaves a choice.
type Config struct {
	// Key is sent with every call, in the header X-API-KEY.
	Key user.Secret
	// OnAbsent says what a delete does; "" means delete.
	OnAbsent Absence
	// Password says when a password is sent; "" means create.
	Password Password
	// Schema holds the site's custom attributes, from Learn: options may then be
	// given by name, and values get the type of their attribute. Without it values
	// are sent unchanged.
	Schema Schema
	// REST needs BaseURL, with its path /openapi/v1; there is no default. Its Auth
	// stays empty.
	REST rest.Config
}

// Absence is what a delete does.
type Absence string

// Delete deletes the user. Block deactivates it: the user stays, with isBanned true,
// and an update activates it again.
const (
	Delete Absence = "delete"
	Block  Absence = "block"
)

// Password says when a password is sent. The API requires one of every new user.
type Password string

// The times to send a password. Generate makes one for a new user whose record has
// none; it is not stored, so the user has to reset it.
const (
	OnCreate Password = "create"
	Always   Password = "always"
	Generate Password = "generate"
)

const (
	name      = "konstantly"
	keyHeader = "X-API-KEY"
	perMinute = 100 // calls; X-RateLimit-Limit, Konstantly API reference, Introduction
)

// reference has the names in Konstantly's API reference, which its messages may hold.
const reference = "konstantly roleAlias bio occupation timezone fromApi courses deadlineAt groups attributes apiId learner expert experts isBanned licence byEmail"

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	form
	api    *rest.Client
	traits destination.Traits
}

// form checks users, and translates them to Konstantly's form and back. It makes no
// call.
type form struct{ config Config }

// New returns a client, or an error that says which setting is wrong. It makes no
// call.
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
	c.REST.ErrorText, c.REST.Words = bodyText, vocabulary.New(reference)
	return rest.New(c.REST)
}

// Traits returns the facts about Konstantly.
func (c *Client) Traits() destination.Traits { return c.traits }

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() { c.api.CloseIdle() }

// traits: the caller chooses the id and the e-mail is unique, so a second create is
// refused. An update replaces the set of custom attributes, and nothing more.
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
		Unshown: []user.Field{user.Courses, user.Groups, user.DeadlineAt},
	}
}

var (
	_ destination.Destination = (*Client)(nil)
	_ destination.Finder      = (*Client)(nil)
)
