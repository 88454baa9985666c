package config

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// Kind says what a value may be and how it is read.
type Kind uint8

// The kinds of values.
const (
	String   Kind = iota // taken as it is
	List                 // any number of strings
	Files                // any number of paths or patterns, each relative like a Path
	Bool                 // true or false; the flag needs no value
	ID                   // a string that may be env:NAME or file:PATH
	URL                  // may be env:NAME or file:PATH; no password in clear
	Database             // a ledger's URL; may be env:NAME or file:PATH; no password in clear
	Path                 // relative to the config file, or to the working directory
	Secret               // env:NAME or file:PATH in the config file, nothing else
)

// Identity says what else becomes another one when the value of a setting changes.
type Identity uint8

// What a setting identifies.
const (
	NoIdentity   Identity = iota // neither: it says how fast, how long or how talkative
	RunIdentity                  // a run, and a plan: they would do something else
	FeedIdentity                 // these and the feed: its users would be made otherwise
)

// Commands is a set of commands that take some of the settings only.
type Commands uint8

// Those commands.
const (
	ForResume Commands = 1 << iota
	ForRetry
	ForApply
	ForLedger // each command of the ledger: which ledger, and which scope in it
	ForVerify
	ForInit // says how a file is read; such a setting has a Text

	// BetweenParts is for what can be changed between two parts of a run: how fast,
	// how long and how talkative it is, and what a person was asked to accept.
	BetweenParts = ForResume | ForRetry | ForApply

	// ForRun is for a command that begins a run, or plans one: it takes every setting.
	ForRun Commands = 0
)

// Setting is one thing that can be set: a key of the config file, and usually
// a flag and an environment variable too. Everything that is true of it is said
// here, where it is declared, and nowhere else.
type Setting struct {
	Key     string // kard.auth.client_id; in a Section it is auth.client_id
	Flag    string // empty where the config file alone can hold it
	Kind    Kind
	Value   string   // what stands for the value in help: N, FILE
	Default string   // as one would type it
	Words   []string // the only values it takes, if they are few
	Keyword string   // a word that it takes in place of a URL or path
	// Literal says which texts of a path are taken as they are.
	Literal func(string) bool
	Use     string // one phrase for help and docs
	// Set checks a value and puts it in its place. It adds to that of a List.
	Set func(text string) error
	// Text is the value as one would type it again, for those that another command
	// may be told; nil elsewhere.
	Text func() string

	First      bool     // decides about others, and is read before them
	Remote     bool     // has no meaning for the sandbox, which is local and open
	Global     bool     // of the whole command: no section of an API may say it
	OneInput   bool     // of one input alone: a command for another takes it back with Also; it has a Text
	Identifies Identity // of a section's own settings it is FeedIdentity, whatever is said here
	Commands   Commands // that take it besides those that begin a run

	Source *string // takes where the value was said; may be nil

	section string // the API whose section it belongs to; empty where it is for all
}

const envPrefix = "USERSYNC_"

// Env is the name of the environment variable; empty if there is none.
func (s *Setting) Env() string {
	if s.Flag == "" {
		return ""
	}
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.Flag, "-", "_"))
}

// indirect reports whether env:NAME and file:PATH are expanded.
func (s *Setting) indirect() bool {
	return s.Kind == Secret || s.Kind == URL || s.Kind == Database || s.Kind == Path || s.Kind == ID
}

// several reports whether it takes any number of values.
func (s *Setting) several() bool { return s.Kind == List || s.Kind == Files }

// ofOneAPI reports whether the section of an API may say it for that API alone.
func (s *Setting) perAPI() bool { return !s.Global && s.section == "" }

// isLiteral reports whether the text is a value itself and no path.
func (s *Setting) isLiteral(text string) bool {
	return s.Keyword != "" && text == s.Keyword || s.Literal != nil && s.Literal(text)
}

// isPath reports whether the text is a path that is relative to the config file.
func (s *Setting) isPath(text string) bool {
	return s.Kind == Files || s.Kind == Path && !s.isLiteral(text)
}

// Take takes the value if it is one that the setting can have.
func (s *Setting) Assign(text string) error {
	if len(s.Words) > 0 && !slices.Contains(s.Words, text) {
		return &wordError{s.Words}
	}
	return s.Set(text)
}

// wordError says that a value is none of the few that there are.
type wordError struct{ words []string }

func (e *wordError) Error() string { return "must be " + strings.Join(e.words, " or ") }

// Into makes a Set function of the place of the value and a parser.
func Into[T any](place *T, parse func(string) (T, error)) func(string) error {
	return func(text string) error {
		v, err := parse(text)
		if err == nil {
			*place = v
		}
		return err
	}
}

// IntoString is Into for a text that is taken as it is.
func IntoString(place *string) func(string) error {
	return Into(place, func(s string) (string, error) { return s, nil })
}

// IntoBool is Into for true and false, however they are spelt.
func IntoBool(place *bool) func(string) error { return Into(place, parseBool) }

// IntoSecret is Into for what must never be shown.
func IntoSecret(place *user.Secret) func(string) error {
	return Into(place, func(s string) (user.Secret, error) { return user.NewSecret(s), nil })
}

// intoList adds one item.
func intoList(place *[]string) func(string) error {
	return func(text string) error {
		*place = append(*place, text)
		return nil
	}
}
