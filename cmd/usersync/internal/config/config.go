// Package config holds everything that can be set: what each setting is called,
// where its value may come from, how it is checked, and the values themselves,
// typed and grouped by what they configure.
//
// It knows no API. The section of an API is handed in by the package that knows
// it, as a Section. Start at setting.go for what is true of a setting, at
// settings.go for the settings of all APIs, and at sources.go for how a value
// is found: flag, environment, config file, default.
package config

import (
	"time"

	"usersync/reader/mapping"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// Config is everything that can be set, checked and typed. Its values can be read
// from several goroutines.
type Config struct {
	File string // the file it was read from; empty if there was none
	// ValueFiles are the files that values were read from: file:PATH.
	ValueFiles []string
	Invocation Invocation // the command line that it was read for

	Target  Target
	Input   Input
	Proof   Proof
	Ledger  Ledger
	Guards  Guards
	Pace    Pace
	Network Network
	Output  Output
	Log     Log

	dir     string  // what its relative paths stand on
	sources sources // that it was made of
	schema  schema
	shown   []Shown
}

// Target says where users are sent, and what is done with them there.
type Target struct {
	To       string   // the API; empty while it is not decided
	All      []string // the APIs that are named
	BaseURL  string   // of whatever API; empty: as its section says
	Mode     user.Op
	OnAbsent string // empty: as its section says
	Sandbox  bool
	Offline  bool // no call is made, not even to ask what the API can do
}

// Mirror is the mode that upserts, and then deletes whom the input lacks.
const Mirror user.Op = "mirror"

// Intent is what is done with a row, unless an op_column says so.
func (t *Target) Intent() user.Op {
	if t.Mode == Mirror {
		return user.Upsert
	}
	return t.Mode
}

// Input says what is read, and how its columns become fields.
type Input struct {
	From          []string
	Format        string
	Delimiter     rune
	Charset       string
	Fields        mapping.Fields // none where every column keeps its own name
	Ignore        []string
	NullIDs       []string                     // that stand for no id; empty: the default list
	ScientificIDs bool                         // numbers in scientific notation are ids
	OpColumn      string                       // empty: mode says what is done
	Original      func(user.Rejected) [][]byte // where a retry finds secrets; nil elsewhere
}

// Guards says what stops a run, or keeps it from beginning.
type Guards struct {
	MaxChange         ChangeLimits
	MinRecords        int
	MaxErrors         Share
	MaxDelete         mirror.Limit
	AcceptChange      bool
	Protect           string
	Canary            int
	CanaryAnswersOnly bool
	MaxDuration       time.Duration
}

// LookAhead reports whether a guard wants to know what the whole run comes to
// before it begins.
func (g *Guards) LookAhead() bool { return g.MaxChange.Given() || g.MinRecords > 0 }

// Pace says how fast calls are made, and how often and how long.
type Pace struct {
	Rate                          Rate
	Burst, Workers, BatchSize     int
	Retries                       int
	Timeout, MaxWait, GiveUpAfter time.Duration
}

// Network says how an API is reached.
type Network struct {
	CA, Cert, Key       string // files
	Proxy               string
	InsecureHTTP, HTTP2 bool
}

// Output says what is written, and where.
type Output struct {
	RunsDir, Results, ResultsFormat string
	RejectsSecrets                  string
	ArtifactsTTL                    time.Duration // 0: runs are kept for ever
	AllowRejects                    Share
	JSON                            bool
}

// Log says what stands on standard error.
type Log struct {
	Progress, Format, Level string
}
