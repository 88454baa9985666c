// Package setting says what a setting is, and finds its value: flag, environment, config
// file, default. It makes what follows from a declaration: help, manual, JSON Schema, what
// may be shown of a value, and what identifies it.
//
// It knows no particular setting, but for the flag that names the config file: package
// config declares the settings of all APIs, and package connect those of each. Start at
// setting.go for what a setting is, and at sources.go for how a value is found.
package setting

import (
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/sync/user"
)

// Kind says what a value may be and how it is read.
type Kind uint8

// The kinds of values.
const (
	String   Kind = iota // taken literally
	List                 // any number of strings
	Files                // any number of paths or patterns, relative like a Path
	Bool                 // true or false; the flag needs no value
	ID                   // a string that may be env:NAME or file:PATH
	URL                  // may be env:NAME or file:PATH; no password in clear text
	Database             // a ledger's URL; may be env:NAME or file:PATH; no password in clear text
	Path                 // relative to the config file, or to the working directory
	Place                // a URL of what package place opens
	Secret               // in the config file, only env:NAME or file:PATH
)

// Identity says what is no longer the same when the value of a setting changes.
type Identity uint8

// What a setting identifies.
const (
	NoIdentity       Identity = iota // nothing: it is about speed, duration or verbosity
	LaterRunIdentity                 // like RunIdentity, but versions whose scopes held no base URL did not count it
	RunIdentity                      // a run, and a plan: they would do something different
	FeedIdentity                     // also the feed: its users would differ
	// ScopeIdentity is for the address of an API. Journals, plans and ledgers hold that
	// separately, in one spelling, so it is part of no digest.
	ScopeIdentity
)

// Commands is a set of commands that take only some of the settings.
type Commands uint8

// The commands that take only some of the settings.
const (
	ForResume Commands = 1 << iota
	ForRetry
	ForApply
	ForLedger // each command of the ledger: which ledger, and which scope in it
	ForVerify
	ForParked // the command of the ledger that lists what is parked
	ForInit   // says how to read a file; such a setting has a Text
	ForPublish

	// BetweenParts is for settings that can change between two parts of a run: speed,
	// duration, verbosity, and what a person was asked to accept.
	BetweenParts = ForResume | ForRetry | ForApply

	// ForRun is for a command that starts or plans a run: it takes every setting.
	ForRun Commands = 0
)

// Group is a heading in help, for settings of one purpose.
type Group string

// The groups.
const (
	GroupDestination Group = "Destination"
	GroupInput       Group = "Input"
	GroupSafety      Group = "Safety"
	GroupPace        Group = "Pace"
	GroupOutput      Group = "Output"
	GroupLedger      Group = "Ledger"
	GroupNetwork     Group = "Network"
)

// Groups returns the headings in the order of help, the most used first.
func Groups() []string {
	var titles []string
	for _, g := range []Group{GroupDestination, GroupInput, GroupSafety, GroupPace, GroupOutput, GroupLedger, GroupNetwork} {
		titles = append(titles, string(g))
	}
	return titles
}

// Setting is a key of the config file, and usually a flag and an environment variable
// too. Its declaration is the only place that says anything about it.
type Setting struct {
	Key     string // kard.auth.client_id; in a Section, auth.client_id
	Group   Group  // what help lists it under; of the settings of a Section, GroupDestination
	Common  bool   // used often: help lists it before the others of its group
	Flag    string // empty if only the config file can set it
	Letter  string // of the flag, as in -q; empty for most
	Kind    Kind
	Value   string   // placeholder in help: N, FILE
	Default string   // as typed
	Earlier string   // what the default once was, and still is for digests; empty if it never changed
	Words   []string // the only values it takes, if they are few
	Keyword string   // a word that it takes instead of a URL or path
	// Literal reports whether a text is not a path although the setting is a Path.
	Literal func(string) bool
	Use     string // what it does, in one phrase, for help and docs
	// Set checks a value and stores it. For a List it adds the value.
	Set func(text string) error
	// Text is the value as typed, for settings that another command may be given; nil
	// for others.
	Text func() string

	First      bool     // other settings depend on it, so it is read before them
	Remote     bool     // does not apply to the sandbox, which is local and needs no credentials
	Global     bool     // applies to the whole command: the section of an API cannot set it
	OneInput   bool     // is about one input: a command for another resets it to Keyword; it has a Text
	Added      bool     // newer than digests of settings: at its default it is part of none
	Identifies Identity // of a section's own settings, FeedIdentity unless it says more
	Commands   Commands // that take it besides those that start a run

	// Flow says that the config file may hold a mapping, which is taken as its text in one line.
	Flow bool

	Source *string // receives where the value was set; may be nil

	section string // the API whose section it belongs to; empty for all
}

const envPrefix = "USERSYNC_"

// SQLite is the prefix of the URL of a Database in a file.
const SQLite = "sqlite:"

// Env is the name of the environment variable; empty if there is none.
func (s *Setting) Env() string {
	if s.Flag == "" {
		return ""
	}
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.Flag, "-", "_"))
}

// indirect reports whether env:NAME and file:PATH are expanded.
func (s *Setting) indirect() bool {
	return s.Kind == Secret || s.Kind == URL || s.Kind == Database || s.Kind == Path || s.Kind == ID || s.Kind == Files || s.Kind == Place
}

// mayBeURL reports whether its value can be a URL that package place opens.
func (s *Setting) mayBeURL() bool { return s.Kind == Files || s.Kind == Place || s.Kind == Path }

// several reports whether it takes any number of values.
func (s *Setting) several() bool { return s.Kind == List || s.Kind == Files }

// perAPI reports whether the section of an API may set it for that API.
func (s *Setting) perAPI() bool { return !s.Global && s.section == "" }

// isLiteral reports whether the text is a value, not a path.
func (s *Setting) isLiteral(text string) bool {
	return s.Keyword != "" && text == s.Keyword || s.Literal != nil && s.Literal(text)
}

// isPath reports whether the text is a path relative to the config file.
func (s *Setting) isPath(text string) bool {
	return s.Kind == Files || s.Kind == Path && !s.isLiteral(text)
}

// Assign checks the value and stores it.
func (s *Setting) Assign(text string) error {
	if len(s.Words) > 0 && !slices.Contains(s.Words, text) {
		return &wordError{s.Words}
	}
	return s.Set(text)
}

// wordError says that a value is not one of Words.
type wordError struct{ words []string }

func (e *wordError) Error() string { return "must be " + exit.OneOf(e.words) }

// Into returns a Set function that parses a text into place.
func Into[T any](place *T, parse func(string) (T, error)) func(string) error {
	return func(text string) error {
		v, err := parse(text)
		if err == nil {
			*place = v
		}
		return err
	}
}

// IntoString is Into for a text that is taken literally.
func IntoString(place *string) func(string) error {
	return Into(place, func(s string) (string, error) { return s, nil })
}

// IntoBool is Into for true and false, in any spelling that quantity.ParseBool knows.
func IntoBool(place *bool) func(string) error { return Into(place, quantity.ParseBool) }

// IntoSecret is Into for a value that must never be shown.
func IntoSecret(place *user.Secret) func(string) error {
	return Into(place, func(s string) (user.Secret, error) { return user.NewSecret(s), nil })
}

// IntoList returns a Set function that adds one item.
func IntoList(place *[]string) func(string) error {
	return func(text string) error {
		*place = append(*place, text)
		return nil
	}
}
