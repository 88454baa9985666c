package main

import (
	"errors"
	"strings"
	"time"

	"usersync/sync/user"
)

// remembering is what can be set about the memory between runs.
func remembering() []setting {
	return []setting{
		{key: "ledger", flag: "ledger", kind: database, value: "URL", def: "auto",
			use: "what remembers what the API holds: sqlite:FILE, postgres://..., or none; auto is sqlite: and ledger.db in the runs directory, for the sandbox in the run's own",
			set: into(func(c *config) *string { return &c.Ledger.URL }, parseLedger)},
		{key: "ledger_key", kind: secret, remote: true,
			use: "the key of the ledger's prints, 64 hex digits; SQLite keeps one beside its file, PostgreSQL must be given one",
			set: asSecret(func(c *config) *user.Secret { return &c.Ledger.Key })},
		{key: "feed", flag: "feed", value: "NAME", def: "default",
			use: "the source of the users, where several fill one account",
			set: asText(func(c *config) *string { return &c.Ledger.Feed })},
		{key: "full", flag: "full", kind: toggle, def: "false",
			use: "send every user again, whatever the ledger says",
			set: into(func(c *config) *bool { return &c.Ledger.Full }, parseBool)},
		{key: "adopt", flag: "adopt", value: "HOW", words: []string{adoptRead, adoptAssume},
			use: "what is done, once, with users whom the ledger does not know and the API may hold: read looks at each before it is created, assume takes the input for what the API holds; as a flag alone",
			set: asText(func(c *config) *string { return &c.Ledger.Adopt })},
		{key: "new", flag: "new", kind: toggle, def: "false",
			use: "begin a new run, even if one of the same input can be continued",
			set: into(func(c *config) *bool { return &c.Ledger.New }, parseBool)},
		{key: "allow_stale", flag: "allow-stale", kind: toggle, def: "false",
			use: "send rejects too of whom the ledger learned something later",
			set: into(func(c *config) *bool { return &c.Ledger.AllowStale }, parseBool)},
		{key: "lock_timeout", flag: "lock-timeout", value: "TIME",
			use: "how long to wait for another run of the same account to end; without it not at all",
			set: into(func(c *config) *time.Duration { return &c.Ledger.LockTimeout }, parseDuration)},
	}
}

const (
	noLedger   = "none"
	autoLedger = "auto"
	sqliteURL  = "sqlite:"
)

func parseLedger(text string) (string, error) {
	switch {
	case text == noLedger, text == autoLedger,
		strings.HasPrefix(text, sqliteURL) && len(text) > len(sqliteURL),
		strings.HasPrefix(text, "postgres://"), strings.HasPrefix(text, "postgresql://"):
		return text, nil
	}
	return "", errors.New("must be sqlite:FILE, postgres://USER@HOST/DATABASE or none")
}
