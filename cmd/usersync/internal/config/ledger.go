package config

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/user"
)

// Ledger says where the ledger is, and how to use it.
type Ledger struct {
	URL         string
	Key         user.Secret
	Feed        string
	Full, New   bool
	Adopt       string // AdoptRead, AdoptAssume or empty
	AdoptSource string // where Adopt was set, such as --adopt
	AdoptOnce   AdoptOnce
	AllowStale  bool
	// NewScope allows a first run for an account whose ledger knows another account of
	// the same API; NewScopeSource is where that was said.
	NewScope       bool
	NewScopeSource string
	LockTimeout    time.Duration
	LeaseTerm      time.Duration
	Park           Park
}

// Park says when a user that the API refuses is no longer sent.
type Park struct {
	After int           // finished runs in a row; 0: never
	Every time.Duration // how long until such a user is sent again; 0: forever
	Retry bool          // send them all now
}

// MaxDeleteFlag is the flag of the limit on deletes.
const MaxDeleteFlag = "max-delete"

// ConnectFlag is the flag of usersync validate that makes a call.
const ConnectFlag = "connect"

// NewFlag is the flag that starts a new run.
const NewFlag = "new"

// NewScopeFlag is the flag that allows another account of an API in the same ledger.
const NewScopeFlag = "new-scope"

// settings declares what can be set about the ledger and earlier runs.
func (l *Ledger) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "ledger", Group: setting.GroupLedger, Flag: "ledger", Kind: setting.Database, Value: "URL", Default: autoLedger, Commands: setting.ForLedger,
			Use: "database that remembers what the API holds: sqlite:FILE, postgres://... or none; auto is ledger.db in the runs directory, or in the run's own directory with the sandbox",
			Set: setting.Into(&l.URL, parseLedger)},
		{Key: "ledger_key", Group: setting.GroupLedger, Kind: setting.Secret, Remote: true, Commands: setting.ForLedger,
			Use: "key of the ledger's fingerprints, 64 hex digits; PostgreSQL requires it, SQLite keeps one next to its file",
			Set: setting.IntoSecret(&l.Key)},
		{Key: "feed", Group: setting.GroupLedger, Flag: "feed", Value: "NAME", Default: "default", Identifies: setting.FeedIdentity, Commands: setting.ForLedger,
			Use: "name of the source of the users, if several fill one account",
			Set: setting.IntoString(&l.Feed)},
		{Key: "full", Group: setting.GroupLedger, Common: true, Flag: "full", Kind: setting.Bool, Default: "false", Identifies: setting.LaterRunIdentity,
			Use: "send every user, even if unchanged according to the ledger, or parked",
			Set: setting.IntoBool(&l.Full)},
		{Key: "adopt", Group: setting.GroupLedger, Flag: "adopt", Value: "HOW", Words: []string{AdoptRead, AdoptAssume}, Identifies: setting.RunIdentity, Source: &l.AdoptSource,
			Use: "how to take over users who exist in the API but not in the ledger (flag only): read looks each one up before creating it, assume trusts the input",
			Set: setting.IntoString(&l.Adopt)},
		{Key: "adopt_once", Group: setting.GroupLedger, Value: "HOW", Identifies: setting.RunIdentity, Added: true,
			Use: "the same in a config file, and only while the ledger is new, which is until it has seen a run of the feed finish: read, or assume until DATE",
			Set: setting.Into(&l.AdoptOnce, parseAdoptOnce)},
		{Key: "new_scope", Group: setting.GroupLedger, Flag: NewScopeFlag, Kind: setting.Bool, Default: "false", Source: &l.NewScopeSource, Commands: setting.BetweenParts | setting.ForLedger,
			Use: "send users to an account that is new to the ledger, although it knows another account of the same API (flag only)",
			Set: setting.IntoBool(&l.NewScope)},
		{Key: "new", Group: setting.GroupLedger, Common: true, Flag: NewFlag, Kind: setting.Bool, Default: "false",
			Use: "start a new run, even if one of the same input can be continued",
			Set: setting.IntoBool(&l.New)},
		{Key: "allow_stale", Group: setting.GroupLedger, Flag: "allow-stale", Kind: setting.Bool, Default: "false", Commands: setting.ForRetry,
			Use: "also send rejects that are older than what the ledger knows of the user",
			Set: setting.IntoBool(&l.AllowStale)},
		{Key: "park_after", Group: setting.GroupLedger, Flag: "park-after", Value: "N", Default: "3", Added: true, Commands: setting.BetweenParts | setting.ForParked,
			Use: "in how many finished runs in a row the API must refuse a row before it is parked: not sent, and no reason for exit code 3; 0 parks no one",
			Set: setting.Into(&l.Park.After, quantity.ParseCount(0))},
		{Key: "retry_parked_every", Group: setting.GroupLedger, Flag: "retry-parked-every", Value: "TIME", Default: "7d", Added: true, Commands: setting.BetweenParts | setting.ForParked,
			Use: "how long until a parked user is sent again although nothing has changed, such as 7d or 36h, or never",
			Set: setting.Into(&l.Park.Every, parseEvery)},
		{Key: "retry_parked", Group: setting.GroupLedger, Flag: "retry-parked", Kind: setting.Bool, Default: "false", Added: true, Commands: setting.BetweenParts,
			Use: "send parked users, too",
			Set: setting.IntoBool(&l.Park.Retry)},
		{Key: "lock_timeout", Group: setting.GroupLedger, Flag: "lock-timeout", Value: "TIME", Commands: setting.BetweenParts | setting.ForLedger,
			Use: "how long to wait for another run of the same account to end; without it, do not wait; a lease in PostgreSQL that is no longer renewed is always waited for, until it ends and the timeout of its holder has passed",
			Set: setting.Into(&l.LockTimeout, quantity.ParseDuration)},
		{Key: "lease_term", Group: setting.GroupLedger, Flag: "lease-term", Value: "TIME", Default: "30s", Added: true, Commands: setting.BetweenParts | setting.ForLedger,
			Use: "how long a lease in PostgreSQL lasts without being renewed: after that and the timeout of its holder another process may begin",
			Set: setting.Into(&l.LeaseTerm, parseTerm)},
	}
}

// parseTerm parses the term of a lease: shorter ones would end while a database is slow.
func parseTerm(text string) (time.Duration, error) {
	d, err := quantity.ParseDuration(text)
	if err == nil && d < time.Second {
		err = errors.New("must be at least 1s")
	}
	return d, err
}

// NoLedger is the URL that turns the ledger off.
const NoLedger = "none"

const autoLedger = "auto"

func parseLedger(text string) (string, error) {
	switch {
	case text == NoLedger, text == autoLedger,
		strings.HasPrefix(text, setting.SQLite) && len(text) > len(setting.SQLite),
		strings.HasPrefix(text, "postgres://"), strings.HasPrefix(text, "postgresql://"):
		return text, nil
	}
	return "", errors.New("must be sqlite:FILE, postgres://USER@HOST/DATABASE or none")
}

// parseEvery parses a time, a number of days, or never, which is 0.
func parseEvery(text string) (time.Duration, error) {
	if text == "never" {
		return 0, nil
	}
	if strings.HasSuffix(text, "d") {
		return quantity.ParseDays(text)
	}
	d, err := quantity.ParseDuration(text)
	if err != nil {
		err = errors.New("must be a time such as 7d, 36h or never")
	}
	return d, err
}

// At is the URL of the ledger; dir is its directory if none is set.
func (l *Ledger) At(dir string) string {
	if l.URL == autoLedger {
		return setting.SQLite + filepath.Join(dir, "ledger.db")
	}
	return l.URL
}

// Shared reports whether the ledger is a database that other machines can use, too.
func (l *Ledger) Shared() bool {
	return strings.HasPrefix(l.URL, "postgres://") || strings.HasPrefix(l.URL, "postgresql://")
}

// LedgerName identifies the ledger of a run, without the secrets in its address;
// empty without a ledger.
func (c *Config) LedgerName() string {
	address := c.Ledger.At(c.Output.RunsDir)
	if path, isFile := strings.CutPrefix(address, setting.SQLite); isFile {
		if whole, err := filepath.Abs(path); err == nil {
			path = whole
		}
		return sum([]byte(setting.SQLite + path))
	}
	u, err := url.Parse(address)
	if address == NoLedger || err != nil {
		return ""
	}
	return sum([]byte(u.Host + u.Path))
}
