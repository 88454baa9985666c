package config

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"usersync/sync/user"
)

// Ledger says what is remembered of the API, and where.
type Ledger struct {
	URL         string
	Key         user.Secret
	Feed        string
	Full, New   bool
	Adopt       string // AdoptRead, AdoptAssume or empty
	AdoptPlace  string // where Adopt was said: --adopt, or what holds every night
	AllowStale  bool
	LockTimeout time.Duration
}

// The ways of --adopt.
const (
	AdoptRead   = "read"
	AdoptAssume = "assume"
)

// NewFlag is the flag that begins a new run.
const NewFlag = "new"

// settings are what can be set about the memory between runs.
func (l *Ledger) settings() []Setting {
	return []Setting{
		{Key: "ledger", Flag: "ledger", Kind: Database, Value: "URL", Default: autoLedger, Commands: ForLedger,
			Use: "what remembers what the API holds: sqlite:FILE, postgres://..., or none; auto is sqlite: and ledger.db in the runs directory, for the sandbox in the run's own",
			Set: Into(&l.URL, parseLedger)},
		{Key: "ledger_key", Kind: Secret, Remote: true,
			Use: "the key of the ledger's prints, 64 hex digits; SQLite keeps one beside its file, PostgreSQL must be given one",
			Set: IntoSecret(&l.Key)},
		{Key: "feed", Flag: "feed", Value: "NAME", Default: "default", Identifies: FeedIdentity, Commands: ForLedger,
			Use: "the source of the users, where several fill one account",
			Set: IntoString(&l.Feed)},
		{Key: "full", Flag: "full", Kind: Bool, Default: "false",
			Use: "send every user again, whatever the ledger says",
			Set: IntoBool(&l.Full)},
		{Key: "adopt", Flag: "adopt", Value: "HOW", Words: []string{AdoptRead, AdoptAssume}, Identifies: RunIdentity, Place: &l.AdoptPlace,
			Use: "what is done, once, with users whom the ledger does not know and the API may hold: read looks at each before it is created, assume takes the input for what the API holds; as a flag alone",
			Set: IntoString(&l.Adopt)},
		{Key: "new", Flag: NewFlag, Kind: Bool, Default: "false",
			Use: "begin a new run, even if one of the same input can be continued",
			Set: IntoBool(&l.New)},
		{Key: "allow_stale", Flag: "allow-stale", Kind: Bool, Default: "false", Commands: ForRetry,
			Use: "send rejects too of whom the ledger learned something later",
			Set: IntoBool(&l.AllowStale)},
		{Key: "lock_timeout", Flag: "lock-timeout", Value: "TIME", Commands: BetweenParts | ForLedger,
			Use: "how long to wait for another run of the same account to end; without it not at all. A lease in PostgreSQL that is not renewed any more is waited for in any case, until it ends and the timeout of its holder has passed",
			Set: Into(&l.LockTimeout, parseDuration)},
	}
}

// NoLedger is the URL of a ledger that is not kept.
const NoLedger = "none"

const autoLedger = "auto"

// SQLiteURL is what the URL of a ledger in a file begins with.
const SQLiteURL = "sqlite:"

func parseLedger(text string) (string, error) {
	switch {
	case text == NoLedger, text == autoLedger,
		strings.HasPrefix(text, SQLiteURL) && len(text) > len(SQLiteURL),
		strings.HasPrefix(text, "postgres://"), strings.HasPrefix(text, "postgresql://"):
		return text, nil
	}
	return "", errors.New("must be sqlite:FILE, postgres://USER@HOST/DATABASE or none")
}

// At is where the ledger lies; dir is where it lies if nothing says so.
func (l *Ledger) At(dir string) string {
	if l.URL == autoLedger {
		return SQLiteURL + filepath.Join(dir, "ledger.db")
	}
	return l.URL
}

// LedgerName tells the ledger of a run from another, without what is secret in its
// address; empty if there is none.
func (c *Config) LedgerName() string {
	address := c.Ledger.At(c.Output.RunsDir)
	if path, isFile := strings.CutPrefix(address, SQLiteURL); isFile {
		if whole, err := filepath.Abs(path); err == nil {
			path = whole
		}
		return sum([]byte(SQLiteURL + path))
	}
	u, err := url.Parse(address)
	if address == NoLedger || err != nil {
		return ""
	}
	return sum([]byte(u.Host + u.Path))
}
