// Package onbo is the client of Onbo's users API (by Stilt): it creates, updates,
// reads and, if enabled, deletes one user per call.
//
// Onbo assigns the key of a user, a uuid, and documents no other way to look a user
// up. So a user whose uuid is known is never created, a read-back cannot find a
// user without a uuid, and a create whose answer is lost stays in doubt.
//
// It makes one call and returns what the answer says about the user. Retries,
// pacing and read-backs are the middleware's (package stack). It writes only users,
// no credit applications.
//
// Start at Client.Apply; sign.go signs calls, ssn.go encrypts SSNs, and check.go
// holds the rules that Onbo documents for its fields.
package onbo

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Config holds the credentials, how to write values, and how to reach Onbo.
type Config struct {
	// ClientID is the client's uuid, sent unencrypted.
	ClientID string
	// SecretKey signs every call and, without its dashes, encrypts SSNs.
	SecretKey user.Secret
	// Epoch is the unit of the time in signatures; "" means milliseconds.
	Epoch Epoch
	// Date is how a date of birth is written; "" means slashes.
	Date Date
	// Checks says what happens to a record that breaks a rule of a field; "" means
	// refuse.
	Checks Checks
	// Country is what to send for the United States, whatever the record calls
	// them; "" means UNITED STATES.
	Country string
	// Reports is the directory of credit and asset reports; "" allows none.
	Reports string
	// Delete enables DELETE, which is not in Onbo's reference, but in a third-party
	// client.
	Delete bool
	// Now is the clock for signatures and ages; nil means time.Now.
	Now func() time.Time
	// REST needs BaseURL, with its version (/v1); there is no default production
	// host. Auth stays empty. HTTP2 is ignored: HTTP/2 has lower-case header names,
	// and Onbo's have upper case.
	REST rest.Config
}

// Epoch is a unit of time. The reference does not name it; a third-party client
// sends milliseconds.
type Epoch string

// The units.
const (
	Milliseconds Epoch = "milliseconds"
	Seconds      Epoch = "seconds"
)

// Date is a date format. The reference documents slashes and shows dashes in an
// example.
type Date string

// The formats YYYY/MM/DD and YYYY-MM-DD.
const (
	Slashes Date = "slashes"
	Dashes  Date = "dashes"
)

// Checks says what happens to a record that breaks a rule of a field.
type Checks string

// Refuse does not send it. Warn sends it and, if Onbo takes it, says so in the
// outcome.
const (
	Refuse Checks = "refuse"
	Warn   Checks = "warn"
)

const name = "onbo"

// reference has the names in Onbo's API reference, which its messages may hold.
const reference = "onbo stilt dob ssn line_1 line_2 line_3 dwolla citizenship credit_report_xml_gzip asset_report_json_gzip gzip outstanding balances"

// Client is a destination.Destination and a destination.Finder. It is safe for
// concurrent use.
type Client struct {
	config    Config
	api       *rest.Client
	traits    destination.Traits
	forbidden forbidden
	probe     user.Record // stands for the call that proves the credentials
	reports   reports
}

// New returns a client, or an error that says which setting is wrong. It makes no
// call.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, err
	}
	s := signer{id: config.ClientID, key: []byte(config.SecretKey.Reveal()), seconds: config.Epoch == Seconds, now: config.Now}
	config.REST.Sign, config.REST.ErrorText, config.REST.HTTP2 = s.sign, bodyText, false
	config.REST.Words = vocabulary.New(reference)
	api, err := rest.New(config.REST)
	if err != nil {
		return nil, err
	}
	return &Client{config: config, api: api, traits: traits(config), reports: reports{dir: config.Reports}}, nil
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
		Name: name, OwnKeys: true, FindsByKey: true, Probe: true,
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
	_ destination.Prober      = (*Client)(nil)
	_ destination.Lister      = (*Client)(nil)
)
