// Package onbo is the client of Onbo's users API (by Stilt): create, update,
// read and, if asked for, delete one user a call.
//
// Onbo makes the key of a user, a uuid, and has no documented way to look a user
// up by anything else. So a create is never made for a user whose uuid is known,
// a read-back knows nothing of a user without one, and a create whose answer is
// lost stays in doubt.
//
// It makes one call and says what the answer says of the user. It sends nothing
// twice, keeps no pace and reads nothing back of its own accord: those are the
// manners in the folder above. It writes no credit applications: users only.
//
// Start at Client.Apply; sign.go proves who we are, ssn.go seals what nobody may
// see, and check.go holds the rules that Onbo documents for its fields.
package onbo

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Config says who we are, what Onbo is sent, and how to reach it.
type Config struct {
	// ClientID is the client's uuid, sent in clear.
	ClientID string
	// SecretKey signs every call and, without its dashes, seals SSNs.
	SecretKey user.Secret
	// Epoch is the unit of the time that is signed; "" means milliseconds.
	Epoch Epoch
	// Date is how a date of birth is written; "" means slashes.
	Date Date
	// Checks says what a broken rule of a field does; "" means refuse.
	Checks Checks
	// Country is what is sent as the country of the United States, whatever they
	// are called in the record; "" means UNITED STATES.
	Country string
	// Reports is the directory in which credit and asset reports lie; "" takes
	// none.
	Reports string
	// Delete offers DELETE, which Onbo's own reference does not show: it is known
	// from a client of a third party.
	Delete bool
	// Now is the clock of signatures and of ages; nil means time.Now.
	Now func() time.Time
	// REST needs BaseURL, with its version (/v1); there is no default to a
	// production host. Auth stays empty. HTTP2 is not heeded: it has no letter
	// case in the names of headers, and Onbo's names have one.
	REST rest.Config
}

// Epoch is a unit of time. The reference does not name it; a client of a third
// party sends milliseconds.
type Epoch string

// The units.
const (
	Milliseconds Epoch = "milliseconds"
	Seconds      Epoch = "seconds"
)

// Date is a way to write a date. The reference documents slashes and shows
// dashes in an example.
type Date string

// The ways: YYYY/MM/DD and YYYY-MM-DD.
const (
	Slashes Date = "slashes"
	Dashes  Date = "dashes"
)

// Checks says what is done with a record that breaks a rule of a field.
type Checks string

// Refuse does not send it; Warn sends it, and says so in the outcome of what
// Onbo takes all the same.
const (
	Refuse Checks = "refuse"
	Warn   Checks = "warn"
)

const name = "onbo"

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	config    Config
	api       *rest.Client
	traits    destination.Traits
	forbidden forbidden
	packers   sync.Pool // *gzip.Writer, a megabyte each
}

// New returns a client. It makes no call.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, err
	}
	s := signer{id: config.ClientID, key: []byte(config.SecretKey.Reveal()), seconds: config.Epoch == Seconds, now: config.Now}
	config.REST.Sign, config.REST.Words, config.REST.HTTP2 = s.sign, bodyText, false
	api, err := rest.New(config.REST)
	if err != nil {
		return nil, err
	}
	return &Client{config: config, api: api, traits: traits(config)}, nil
}

func (c Config) withDefaults() Config {
	c.Epoch = cmp.Or(c.Epoch, Milliseconds)
	c.Date = cmp.Or(c.Date, Slashes)
	c.Checks = cmp.Or(c.Checks, Refuse)
	c.Country = cmp.Or(c.Country, "UNITED STATES") // as in the reference's example
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.ClientID == "" || c.SecretKey.Reveal() == "":
		return errors.New("onbo.auth needs client_id and secret_key; set both in the config as Onbo gave them to you")
	case strings.ContainsFunc(c.ClientID, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("onbo.auth.client_id holds characters that a header cannot carry; check for line breaks or spaces in it")
	case c.Epoch != Milliseconds && c.Epoch != Seconds:
		return errors.New("onbo.auth.epoch must be milliseconds or seconds")
	case c.Date != Slashes && c.Date != Dashes:
		return errors.New("onbo.date must be slashes or dashes")
	case c.Checks != Refuse && c.Checks != Warn:
		return errors.New("onbo.checks must be refuse or warn")
	case c.Reports == "":
		return nil
	}
	if info, err := os.Stat(c.Reports); err != nil || !info.IsDir() {
		return fmt.Errorf("onbo.reports: %s is not a directory that can be read", c.Reports)
	}
	return nil
}

// Traits returns the facts about Onbo. No rate is documented.
func (c *Client) Traits() destination.Traits { return c.traits }

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() { c.api.CloseIdle() }

func traits(c Config) destination.Traits {
	t := destination.Traits{
		Name: name, OwnKeys: true, FindsByKey: true,
		Ops: map[user.Op]destination.OpTraits{
			user.Create: {Max: 1, Replay: destination.Unsafe},
			user.Update: {Max: 1, Replay: destination.Safe},
		},
		Fields: []user.Field{
			user.RemoteID, user.FirstName, user.MiddleName, user.LastName, user.Email, user.Phone, user.DateOfBirth, user.SSN,
			user.AddressLine1, user.AddressLine2, user.AddressLine3, user.City, user.State, user.ZipCode, user.Country,
			user.CreditReport, user.AssetReport,
		},
	}
	if c.Delete {
		t.Ops[user.Delete] = destination.OpTraits{Max: 1, Replay: destination.Safe}
	}
	return t
}

var (
	_ destination.Destination = (*Client)(nil)
	_ destination.Finder      = (*Client)(nil)
)
