// Package scim is the client of SCIM 2.0 (RFC 7643, RFC 7644): it creates, updates,
// deletes and finds users, many in one call if the server has Bulk.
//
// It makes one call and returns what the answer says about each user. It does not
// retry, limit its rate or read back on its own: middleware does that, in package
// stack. It knows users only, not groups.
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
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Config says how to use a server. Its words are those of the settings.
type Config struct {
	// Features are what the server can do, from Discover or from settings.
	Features Features
	// Update is patch, put, or auto and "": patch if the server has it.
	Update Update
	// Put is merge, or as_is; "" means merge. A PUT clears what it leaves out
	// (RFC 7644 3.5.1), so merge reads the user first and sends all of it back.
	Put Put
	// Match is external_id, or user_name; "" means external_id. It says which users
	// are ours if the server's key is not known: those with our id as externalId,
	// or also those with the userName and no externalId.
	Match Match
	// Deactivate makes a delete set active to false. Users that are sent then
	// become active, unless their record says otherwise: a user who comes back gets
	// access again.
	Deactivate bool
	// Passwords sends passwords with updates too, not just with creates.
	Passwords bool
	// Upload posts every user to Microsoft Entra's /bulkUpload, below the base URL,
	// which accepts them for later and reports on none.
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

// What a PUT sends: the user as read with the record on top, or the record alone.
const (
	Merge Put = "merge"
	AsIs  Put = "as_is"
)

// Match says which users are ours if the server's key is not known.
type Match string

// The ways to know a user.
const (
	ByExternalID Match = "external_id"
	ByUserName   Match = "user_name"
)

const (
	name  = "scim"
	media = "application/scim+json" // RFC 7644 3.1
	// mostUsers limits a Bulk call if the server allows more: an answer with a few
	// KiB for each user stays far below the limit for answers.
	mostUsers = 1000
	// uploadUsers: Microsoft Graph, bulkUpload resource type.
	uploadUsers = 50
)

// reference has the names in RFC 7643 and RFC 7644, which messages may hold.
const reference = `scim bulk bulkid patchop failonerrors externalid username nickname profileurl preferredlanguage usertype displayname givenname familyname middlename
formatted honorificprefix honorificsuffix addresses phonenumbers emails ims photos entitlements roles x509certificates employeenumber costcenter organization division
department manager multivalued multi singular readonly readwrite immutable writeonly mutability uniqueness caseexact returned invalidfilter toomany invalidsyntax
invalidpath notarget invalidvalue invalidvers sensitive urn ietf params core enterprise extension listresponse startindex itemsperpage totalresults`

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	decoder
	api       *rest.Client
	size      payload
	buffers   sync.Pool // *[]byte
	conflicts conflicts
}

// encoder writes request bodies. The zero value of paths is ready to use.
type encoder struct {
	config Config
	patch  bool
	traits destination.Traits
	paths  sync.Map // user.Field -> target
}

// decoder turns answers into outcomes for the users that the call carried.
type decoder struct{ encoder }

// New returns a client. It makes no call.
func New(config Config) (*Client, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	config.REST.ErrorText, config.REST.Media, config.REST.Words = errorTextOf, media, vocabulary.New(reference)
	api, err := rest.New(config.REST)
	if err != nil {
		return nil, err
	}
	c := &Client{api: api, conflicts: conflicts{ids: map[string]bool{}}}
	c.config, c.patch, c.traits = config, config.patches(), config.traits()
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

// CloseIdle closes idle connections.
func (c *Client) CloseIdle() { c.api.CloseIdle() }

// traits returns what the server can do. A create that may have been taken can be made
// again, because a userName is unique (RFC 7643 4.1.1) and every create carries one: the
// second answers 409.
func (c Config) traits() destination.Traits {
	if c.Upload {
		return c.uploadTraits()
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
	if c.Deactivate {
		remove.As, remove.Keeps = user.Update, true
	}
	return destination.Traits{
		Name: name, OwnKeys: true, AnyField: true, Fields: fields(),
		Ops: map[user.Op]destination.OpTraits{
			user.Create: {Max: most, Replay: destination.Detectable}, user.Update: update, user.Delete: remove,
		},
	}
}

// uploadTraits are the traits of Entra's inbound provisioning, which decides itself
// whether to create or update a user.
func (c Config) uploadTraits() destination.Traits {
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
