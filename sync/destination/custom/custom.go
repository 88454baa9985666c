// Package custom is the client of any JSON API for users that a config can
// describe: its calls as templates filled from the user, its credentials, and how
// its answers describe each user.
//
// It is not a programming language: a placeholder in a template is replaced by a
// value or left out. Computed values belong under `fields:` and are ready before a
// user gets here. It makes one call and returns what the answer says about each
// user. Retries, pacing and read-backs are the middleware's (package stack).
//
// Start at Decode for what a config can say, at Client.Apply for a call, and at package
// answer for what an answer means.
package custom

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/answer"
	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Error says what is wrong in the section. It holds no secret.
type Error = document.Error

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	description
	api *rest.Client
}

// description is the API as its config describes it: it checks users, builds calls
// and reads answers. It makes no call.
type description struct {
	config  *Config
	common  request.Common
	answers answer.API
	traits  destination.Traits
	sent    []user.Field // fields that some call names
	open    bool         // other fields are sent too
}

// New returns a client for what Decode read, or an error that says which setting is
// wrong. The caller completes config.REST first. New makes no call.
func New(config *Config) (*Client, error) {
	if strings.TrimSpace(config.Name) == "" {
		return nil, errors.New("custom.name is missing; it appears in reports and in the ledger's scope")
	}
	c := &Client{description: description{
		config: config, common: request.Common{Account: config.Account, Headers: config.headers}, sent: config.fields(), open: config.takesOthers(),
		answers: answer.API{
			Account: config.Account, OwnKeys: config.ownKeys, Forms: config.forms, Vocabulary: config.vocabulary, Observe: config.limits.observer(config.REST.Observe),
		},
	}}
	r := config.REST
	r.BaseURL, r.ErrorText, r.Observe, r.Words = config.BaseURL, c.bodyText, c.answers.Observe, config.vocabulary
	if config.hmac != nil {
		r.Sign = config.hmac.Sign
	}
	var err error
	if c.api, err = rest.New(r); err != nil {
		return nil, err
	}
	c.traits = config.traits()
	return c, nil
}

// Traits returns the facts that the config states.
func (c *Client) Traits() destination.Traits { return c.traits }

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() { c.api.CloseIdle() }

// traits lists as Fields those that an update names, because Merge would have to
// send them back. Other fields are allowed too; CheckColumns says which are sent.
func (c *Config) traits() destination.Traits {
	t := destination.Traits{
		Name: c.Name, Ops: map[user.Op]destination.OpTraits{}, PerMinute: c.perMinute,
		Fields: c.update.fields(), AnyField: true, OwnKeys: c.ownKeys, Blind: c.read == nil, Probe: c.probe != nil,
	}
	for op, n := range map[user.Op]*call{user.Create: c.create, user.Update: c.update, user.Delete: c.remove} {
		if n != nil {
			t.Batch = max(t.Batch, n.Batch)
			t.Ops[op] = destination.OpTraits{Max: n.Batch, Replay: n.replay, Merge: n.merge && op == user.Update, Open: n.whole && op == user.Update}
		}
	}
	if c.remove != nil {
		remove := t.Ops[user.Delete]
		if c.remove.Method == http.MethodPut || c.remove.Method == http.MethodPatch {
			remove.As = user.Update
		}
		remove.Keeps = remove.As == user.Update || c.reactivate != nil
		t.Ops[user.Delete] = remove
	}
	t.Fields = slices.DeleteFunc(t.Fields, user.Field.IsSecret)
	if c.read != nil {
		t.Unshown = slices.DeleteFunc(c.create.fields(), func(f user.Field) bool { return c.read.shown.Place(f) != nil })
	}
	return t
}

// Has reports whether the config describes a call for the operation.
func (c *Config) Has(op user.Op) bool { return c.of(op) != nil }

// of returns the call for an operation; nil if there is none.
func (c *Config) of(op user.Op) *call {
	switch op {
	case user.Create:
		return c.create
	case user.Update:
		return c.update
	case user.Delete:
		return c.remove
	}
	return nil
}

var (
	_ destination.Destination = (*Client)(nil)
	_ destination.Finder      = (*Client)(nil)
	_ destination.Prober      = (*Client)(nil)
)
