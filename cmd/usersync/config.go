package main

import (
	"time"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// config is everything that can be set, checked and typed. See settings.go for
// what each value means and where it may come from.
type config struct {
	file string // the file it was read from; empty if there was none
	dir  string // what its relative paths stand on
	// valueFiles are the files that values were read from: file:PATH.
	valueFiles []string
	typed      typed

	to      string
	baseURL string // of whatever API; empty: as its section says
	mode    user.Op
	sandbox bool
	kard    kardConfig
	onbo    onboConfig

	from   []string
	format string
	delim  rune
	chars  string
	fields mapping.Fields // none where every column keeps its own name
	ignore []string

	ledger      string
	ledgerKey   user.Secret
	feed        string
	full, anew  bool
	allowStale  bool
	lockTimeout time.Duration

	rate                            rate
	burst, workers, batchSize       int
	retries                         int
	timeout, maxWait, giveUpAfter   time.Duration
	tlsCA, tlsCert, tlsKey, proxy   string
	insecureHTTP                    bool
	runsDir, results, resultsFormat string
	rejectsSecrets                  string
	allowRejects                    share
	progress, logFormat, logLevel   string
	json                            bool
	shown                           []shownValue
}

// kardConfig is the section of kard.
type kardConfig struct {
	baseURL, organization string
	put                   string
	auth                  kardAuth
}

type kardAuth struct {
	clientID, tokenURL, style, targetIssuer string
	clientSecret, token                     user.Secret
}
