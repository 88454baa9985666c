package config

import (
	"strings"

	"usersync/sync/user"
)

// schema holds all settings, bound to the variables for their values.
type schema struct {
	settings []Setting // in the order of the manual
	sections []Section
}

// declare binds all settings to c and to the values of the sections.
func declare(c *Config, sections []Section) schema {
	s := schema{sections: sections, settings: c.Target.settings(namesOf(sections))}
	for i := range sections {
		s.settings = append(s.settings, sections[i].named()...)
	}
	for _, group := range [][]Setting{c.Input.settings(), c.Proof.settings(), c.Ledger.settings(), c.Shards.settings(), c.Guards.settings(), c.Guards.lookAheadSettings(),
		c.Pace.settings(), c.Network.settings(), c.Output.settings(), c.Log.settings(), c.Notify.settings(), c.Metrics.settings()} {
		s.settings = append(s.settings, group...)
	}
	return s
}

// All returns every setting in the order of the manual, to read their descriptions:
// values set through them are lost.
func All(sections []Section) []Setting { return declare(&Config{}, sections).settings }

// Find finds the setting whose key ends in word, ignoring case and - or _.
func Find(sections []Section, word string) (Setting, bool) {
	for _, s := range All(sections) {
		parts := strings.Split(s.Key, ".")
		if folded(parts[len(parts)-1]) == folded(word) {
			return s, true
		}
	}
	return Setting{}, false
}

func folded(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }

// The flags that this package adds to command lines.
const (
	targetFlag  = "to"
	sandboxFlag = "sandbox"
	runsDirFlag = "runs-dir"

	publishFlag    = "publish"
	knownHostsFlag = "known-hosts"
)

func (t *Target) settings(apis []string) []Setting {
	return []Setting{
		{Key: "to", Group: GroupDestination, Common: true, Flag: targetFlag, Kind: List, Value: "NAME", Words: apis, First: true, Global: true,
			Identifies: FeedIdentity, Commands: ForLedger,
			Use: "API to send the users to; several get a run each",
			Set: intoList(&t.All)},
		{Key: "base_url", Group: GroupDestination, Flag: BaseURLFlag, Kind: URL, Value: "URL", Remote: true, Identifies: ScopeIdentity, Commands: ForLedger,
			Use: "address of the API, instead of the one in its section",
			Set: IntoString(&t.BaseURL)},
		{Key: "mode", Group: GroupDestination, Common: true, Flag: "mode", Value: "MODE", Default: "upsert", Words: []string{"upsert", "create", "update", "delete", "mirror"},
			Identifies: RunIdentity,
			Use:        "what to do with each user; mirror upserts, then deletes users missing from the input",
			Set:        Into(&t.Mode, func(s string) (user.Op, error) { return user.Op(s), nil })},
		{Key: "on_absent", Group: GroupDestination, Flag: "on-absent", Value: "NAME", Words: []string{"delete", "block", "deactivate"},
			Identifies: FeedIdentity,
			Use:        "what a delete does; only konstantly can block, only scim can deactivate",
			Set:        IntoString(&t.OnAbsent)},
		{Key: "sandbox", Group: GroupDestination, Common: true, Flag: sandboxFlag, Kind: Bool, Default: "false", First: true, Global: true,
			Use: "send to a mock server inside this process; needs no account",
			Set: IntoBool(&t.Sandbox)},
	}
}
