// Package scim is the client of SCIM 2.0 (RFC 7643, RFC 7644): create, update,
// delete and find users, many in one call where the server has Bulk.
//
// It makes one call and says what the answer says of each user. It sends
// nothing twice, keeps no pace and reads nothing back of its own accord: those
// are the manners in the folder above. It knows users only, no groups.
//
// Start at Discover for what a server can do and at Client.Apply; internal/resource
// says how a column names an attribute, bulk.go reads answers about many users.
package scim

import (
	"errors"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/target"
	"usersync/sync/user"
)

// Config says how to use a server. Its words are those of the settings.
type Config struct {
	// Features are what the server can do, from Discover or from settings.
	Features Features
	// Update is patch, put, or auto and "": patch where the server has it.
	Update Update
	// Put is merge, or as_is; "" means merge. A PUT clears what it leaves out
	// (RFC 7644 3.5.1), so merge reads the user first and sends all of it back.
	Put Put
	// Match is external_id, or user_name; "" means external_id. It says which
	// users are ours where the server's key is not known: those who hold our id
	// as externalId, or also those who bear the userName and hold none.
	Match Match
	// Deactivate makes a delete set active to false. Users who are sent are then
	// active, unless their record says otherwise: whoever comes back is let in.
	Deactivate bool
	// Passwords sends passwords with updates too, and not with creates alone.
	Passwords bool
	// Upload posts every user to Microsoft Entra's /bulkUpload, below the base
	// URL, which takes them for later and tells of none.
	Upload bool
	// REST needs BaseURL and Auth. Media is set here.
	REST rest.Config
}

// Update says how users are updated.
type Update string

// The ways to update.
const (
	AutoUpdate Update = "auto"
	ByPatch    Update = "patch"
	ByPut      Update = "put"
)

// Put says what a PUT sends.
type Put string

// What a PUT sends: what was read with the record over it, or the record alone.
const (
	Merge Put = "merge"
	AsIs  Put = "as_is"
)

// Match says which users are ours where the server's key is not known.
type Match string

// The ways to know a user.
const (
	ByExternalID Match = "external_id"
	ByUserName   Match = "user_name"
)

const (
	name  = "scim"
	media = "application/scim+json" // RFC 7644 3.1
	// mostUsers bounds a Bulk call whose server allows more: an answer of a few
	// KiB for each user stays far below what is read.
	mostUsers = 1000
	// uploadUsers: Microsoft Graph, bulkUpload resource type.
	uploadUsers = 50
)

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	decoder
	api       *rest.Client
	size      payload
	buffers   sync.Pool // *[]byte
	conflicts conflicts
}

// encoder writes what a call carries. The zero value of paths is ready.
type encoder struct {
	config Config
	patch  bool
	traits destination.Traits
	paths  sync.Map // user.Field -> target
}

// decoder says what an answer means for the users that the call carried.
type decoder struct{ encoder }

// New returns a client. It makes no call.
func New(config Config) (*Client, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	config.REST.ErrorText, config.REST.Media = words, media
	api, err := rest.New(config.REST)
	if err != nil {
		return nil, err
	}
	c := &Client{api: api, conflicts: conflicts{ids: map[string]bool{}}}
	c.config, c.patch, c.traits = config, config.patches(), config.facts()
	return c, nil
}

// patches reports whether users are updated by PATCH.
func (c Config) patches() bool {
	return c.Update == ByPatch || c.Update != ByPut && c.Features.Patch
}

func (c Config) check() error {
	switch {
	case c.Update != "" && c.Update != AutoUpdate && c.Update != ByPatch && c.Update != ByPut:
		return errors.New("scim.update must be auto, patch or put")
	case c.Put != "" && c.Put != Merge && c.Put != AsIs:
		return errors.New("scim.put must be merge or as_is")
	case c.Match != "" && c.Match != ByExternalID && c.Match != ByUserName:
		return errors.New("scim.match must be external_id or user_name")
	}
	return nil
}

// Traits returns the facts about the server.
func (c *Client) Traits() destination.Traits { return c.traits }

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() { c.api.CloseIdle() }

// facts says what the server can do. A create can be made again where it was
// perhaps taken, because a userName is unique (RFC 7643 4.1.1) and every create
// carries one: the second answers 409.
func (c Config) facts() destination.Traits {
	if c.Upload {
		return c.uploadFacts()
	}
	most := 1
	if c.Features.Bulk {
		most = min(max(c.Features.MaxOperations, 1), mostUsers)
	}
	merge, lock := !c.patches() && c.Put != AsIs, c.Deactivate && !c.patches()
	update := destination.OpTraits{Max: most, Replay: destination.Safe, Merge: merge, Open: merge}
	remove := destination.OpTraits{Max: most, Replay: destination.Safe, Merge: lock, Open: lock}
	if update.Merge {
		update.Max = 1
	}
	if remove.Merge {
		remove.Max = 1
	}
	return destination.Traits{
		Name: name, OwnKeys: true, AnyField: true, Fields: fields(),
		Ops: map[user.Op]destination.OpTraits{
			user.Create: {Max: most, Replay: destination.Detectable}, user.Update: update, user.Delete: remove,
		},
	}
}

// uploadFacts are those of Entra's inbound provisioning, which finds out itself
// whether a user is to be created or updated.
func (c Config) uploadFacts() destination.Traits {
	call := destination.OpTraits{Max: uploadUsers, Replay: destination.Safe}
	ops := map[user.Op]destination.OpTraits{user.Create: call, user.Update: call}
	if c.Deactivate {
		ops[user.Delete] = call
	}
	return destination.Traits{Name: name, AnyField: true, Fields: fields(), Blind: true, Ops: ops}
}

var (
	_ destination.Destination = (*Client)(nil)
	_ destination.Finder      = (*Client)(nil)
)

// fields lists what SCIM itself can take.
func fields() []user.Field {
	return append([]user.Field{user.Password}, target.Fields()...)
}
