package main

import (
	"time"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// config is everything that can be set, checked and typed, grouped by what it
// configures. See settings.go for what each value means and where it may come
// from.
type config struct {
	file string // the file it was read from; empty if there was none
	dir  string // what its relative paths stand on
	// valueFiles are the files that values were read from: file:PATH.
	valueFiles []string
	typed      typed
	layers     layers // that it was made of
	shown      []shownValue

	Target  targetConfig
	Input   inputConfig
	Proof   proofConfig
	Ledger  ledgerConfig
	Guards  guardConfig
	Pace    paceConfig
	Network networkConfig
	Output  outputConfig
	Log     logConfig

	// The sections of the APIs.
	kard       kardConfig
	custom     customConfig
	scim       scimConfig
	onbo       onboConfig
	konstantly konstantlyConfig
}

// targetConfig says where users are sent, and what is done with them there.
type targetConfig struct {
	To       string   // the API; empty while it is not decided
	All      []string // the APIs that are named
	BaseURL  string   // of whatever API; empty: as its section says
	Mode     user.Op
	OnAbsent string // empty: as its section says
	Sandbox  bool
	Offline  bool // no call is made, not even to ask what the API can do
}

// inputConfig says what is read, and how its columns become fields.
type inputConfig struct {
	From      []string
	Format    string
	Delimiter rune
	Charset   string
	Fields    mapping.Fields // none where every column keeps its own name
	Ignore    []string
	OpColumn  string                       // empty: mode says what is done
	Original  func(user.Rejected) [][]byte // where a retry finds secrets; nil elsewhere
}

// ledgerConfig says what is remembered of the API, and where.
type ledgerConfig struct {
	URL         string
	Key         user.Secret
	Feed        string
	Full, New   bool
	Adopt       string // adoptRead, adoptAssume or empty
	AllowStale  bool
	LockTimeout time.Duration
}

// guardConfig says what stops a run, or keeps it from beginning.
type guardConfig struct {
	MaxChange         changeLimits
	MinRecords        int
	MaxErrors         share
	MaxDelete         limit
	AcceptChange      bool
	Protect           string
	Canary            int
	CanaryAnswersOnly bool
	MaxDuration       time.Duration
}

// paceConfig says how fast calls are made, and how often and how long.
type paceConfig struct {
	Rate                          rate
	Burst, Workers, BatchSize     int
	Retries                       int
	Timeout, MaxWait, GiveUpAfter time.Duration
}

// networkConfig says how an API is reached.
type networkConfig struct {
	CA, Cert, Key       string // files
	Proxy               string
	InsecureHTTP, HTTP2 bool
}

// outputConfig says what is written, and where.
type outputConfig struct {
	RunsDir, Results, ResultsFormat string
	RejectsSecrets                  string
	ArtifactsTTL                    time.Duration // 0: runs are kept for ever
	AllowRejects                    share
	JSON                            bool
}

// logConfig says what stands on standard error.
type logConfig struct {
	Progress, Format, Level string
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
