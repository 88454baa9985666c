package main

import (
	"slices"
	"strings"
)

// kind says what a value may be and how it is read.
type kind uint8

const (
	word     kind = iota // taken as it is
	list                 // any number of words
	toggle               // true or false; the flag needs no value
	name                 // a word that may be env:NAME or file:PATH
	link                 // a URL; may be env:NAME or file:PATH; no password in clear
	database             // a ledger's URL; may be env:NAME or file:PATH; no password in clear
	path                 // relative to the config file, or to the working directory
	secret               // env:NAME or file:PATH in the config file, nothing else
)

// setting is one thing that can be set: a key of the config file, and usually
// a flag and an environment variable too.
type setting struct {
	key   string // kard.auth.client_id
	flag  string // empty where the config file alone can hold it
	kind  kind
	value string   // what stands for the value in help: N, FILE
	def   string   // the default, as one would type it
	words []string // the only values it takes, if they are few
	also  string   // a word that it takes in place of a URL or path
	// literal says which texts of a path are taken as they are.
	literal func(string) bool
	remote  bool   // has no meaning for the sandbox, which is local and open
	use     string // one phrase for help and docs
	set     func(*config, string) error
}

// env is the name of the environment variable; empty if there is none.
func (s *setting) env() string {
	if s.flag == "" {
		return ""
	}
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.flag, "-", "_"))
}

const envPrefix = "USERSYNC_"

// indirect reports whether env:NAME and file:PATH are expanded.
func (s *setting) indirect() bool {
	return s.kind == secret || s.kind == link || s.kind == database || s.kind == path || s.kind == name
}

// ofOneAPI reports whether the section of an API may say it for that API alone.
// What is about the whole command it may not.
func (s *setting) ofOneAPI() bool {
	switch s.key {
	case "to", "from", "sandbox", "runs_dir", "results", "json", "progress", "log_format", "log_level":
		return false
	}
	return !strings.Contains(s.key, ".") || strings.HasPrefix(s.key, "tls.")
}

// isLiteral reports whether the text is a value itself and no path.
func (s *setting) isLiteral(text string) bool {
	return s.also != "" && text == s.also || s.literal != nil && s.literal(text)
}

// into makes a set function of a parser and the place of the value.
func into[T any](place func(*config) *T, parse func(string) (T, error)) func(*config, string) error {
	return func(c *config, text string) error {
		v, err := parse(text)
		if err == nil {
			*place(c) = v
		}
		return err
	}
}

func asText(place func(*config) *string) func(*config, string) error {
	return into(place, func(s string) (string, error) { return s, nil })
}

// asList adds one item.
func asList(place func(*config) *[]string) func(*config, string) error {
	return func(c *config, text string) error {
		*place(c) = append(*place(c), text)
		return nil
	}
}

// wordError says that a value is none of the few that there are.
type wordError struct{ words []string }

func (e *wordError) Error() string { return "must be " + strings.Join(e.words, " or ") }

// check sets the value in c if it is one that the setting takes.
func (s *setting) check(c *config, text string) error {
	if len(s.words) > 0 && !slices.Contains(s.words, text) {
		return &wordError{s.words}
	}
	return s.set(c, text)
}
