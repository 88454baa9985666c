// Package config declares the settings of all APIs and holds their typed values, grouped
// by what they configure; and it builds the next command line to type from them.
//
// It does not know any API: the package that knows one passes in its section of the
// config. What a setting is, and how its value is found, is in package setting. Start at
// settings.go for the declarations, and at resolve.go for a Config.
package config

import (
	"time"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
	"usersync/reader/place"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// Config holds all settings, checked and typed. Several goroutines may read its
// values.
type Config struct {
	File       string     // the config file; empty without one
	Invocation Invocation // the command line that it was read for
	// Places opens the URLs of the input; it alone knows their queries.
	Places *place.Opener

	Target  Target
	Input   Input
	Proof   Proof
	Ledger  Ledger
	Shards  Shards
	Guards  Guards
	Pace    Pace
	Network Network
	Output  Output
	Log     Log
	Notify  Notify
	Metrics Metrics

	sources sources
	schema  setting.Schema
	found   setting.Found
}

// Target says which API users are sent to, and what to do with them.
type Target struct {
	To       string   // the API; empty until one is chosen from All
	All      []string // all APIs that are named
	BaseURL  string   // overrides the one in the API's section; empty: it does not
	Mode     user.Op
	OnAbsent string // overrides the one in the API's section; empty: it does not
	Sandbox  bool
	Offline  bool // makes no call, not even to ask what the API can do
}

// Mirror is the mode that upserts, and then deletes users missing from the input.
const Mirror user.Op = "mirror"

// Intent is what to do with a row, unless op_column says otherwise.
func (t *Target) Intent() user.Op {
	if t.Mode == Mirror {
		return user.Upsert
	}
	return t.Mode
}

// Guards says what stops a run, or prevents it from starting.
type Guards struct {
	MaxChange         ChangeLimits
	MinRecords        int
	MaxErrors         quantity.Share
	MaxDelete         mirror.Limit
	AcceptChange      bool
	AbsentOK          bool
	AcceptLookalikes  bool
	Renames           int
	Protect           string
	Canary            int
	CanaryAnswersOnly bool
	MaxDuration       time.Duration
	Until             quantity.Clock
}

// UntilFlag is the flag with the time of day at which a run ends.
const UntilFlag = "until"

// End returns when the time of a run that starts at started is used up; zero if nothing
// says so.
func (g *Guards) End(started time.Time) time.Time {
	var end time.Time
	if g.MaxDuration > 0 {
		end = started.Add(g.MaxDuration)
	}
	if g.Until.Given() {
		if at, _ := g.Until.Next(started); end.IsZero() || at.Before(end) {
			end = at
		}
	}
	return end
}

// LookAhead reports whether a guard needs a forecast of the whole run before the
// first call.
func (g *Guards) LookAhead() bool { return g.MaxChange.Given() || g.MinRecords > 0 }

// Pace says how fast calls are made, how often they are repeated and how long they
// may take.
type Pace struct {
	Rate                          quantity.Rate
	Share                         string      // ShareAuto, ShareNone, ShareLedger or ShareRedis
	Redis                         user.Secret // its address
	Burst, BatchSize              int
	Workers                       int // 0: as many as the rate needs or the API can work on
	Retries                       int
	Timeout, MaxWait, GiveUpAfter time.Duration
	GracePeriod                   time.Duration
}

// Network says how to connect to an API.
type Network struct {
	CA, Cert, Key       string // files
	Proxy               string
	InsecureHTTP, HTTP2 bool
}

// Output says what to write, and where.
type Output struct {
	RunsDir, Results, ResultsFormat string
	RejectsSecrets                  string
	Dump                            string // headers, bodies, errors, or empty
	RedactIDs                       bool
	Publish                         string        // URL; empty: the files stay where they are
	ArtifactsTTL                    time.Duration // 0: runs are kept forever
	AllowRejects                    quantity.Share
	JSON                            bool
}

// Log says what to print on standard error.
type Log struct {
	Progress, Format, Level string
	Quiet                   bool // nothing is said but errors and what is left to do
}
