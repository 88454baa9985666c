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

	to       string   // the API; empty while it is not decided
	all      []string // the APIs that are named
	layers   layers   // that it was made of
	baseURL  string   // of whatever API; empty: as its section says
	mode     user.Op
	onAbsent string // empty: as its section says
	sandbox  bool
	kard     kardConfig
	custom   customConfig
	scim     scimConfig
	offline  bool // no call is made, not even to ask what the API can do
	onbo     onboConfig

	konstantly konstantlyConfig

	from   []string
	format string
	delim  rune
	chars  string
	fields mapping.Fields // none where every column keeps its own name
	ignore []string

	opColumn string // empty: mode says what is done
	proofs   proofConfig

	ledger      string
	ledgerKey   user.Secret
	feed        string
	full, anew  bool
	adopt       string // adoptRead, adoptAssume or empty
	allowStale  bool
	lockTimeout time.Duration

	maxChange  changeLimits
	minRecords int

	rate                            rate
	burst, workers, batchSize       int
	retries                         int
	timeout, maxWait, giveUpAfter   time.Duration
	tlsCA, tlsCert, tlsKey, proxy   string
	insecureHTTP, http2             bool
	runsDir, results, resultsFormat string
	rejectsSecrets                  string
	artifactsTTL                    time.Duration // 0: runs are kept for ever
	allowRejects                    share
	maxErrors                       share
	maxDelete                       limit
	acceptChange                    bool
	protect                         string
	canary                          int
	canaryAnswersOnly               bool
	maxDuration                     time.Duration
	progress, logFormat, logLevel   string
	json                            bool
	shown                           []shownValue
	original                        func(user.Rejected) [][]byte // where a retry finds secrets; nil elsewhere
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
