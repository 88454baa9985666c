package config

import (
	"strings"

	"usersync/sync/user"
)

// schema is everything that can be set, bound to the places of its values.
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
	for _, group := range [][]Setting{c.Input.settings(), c.Proof.settings(), c.Ledger.settings(), c.Guards.settings(), c.Guards.lookAheadSettings(),
		c.Pace.settings(), c.Network.settings(), c.Output.settings(), c.Log.settings()} {
		s.settings = append(s.settings, group...)
	}
	return s
}

// All returns every setting in the order of the manual, for looking at: what is
// set with them goes nowhere.
func All(sections []Section) []Setting { return declare(&Config{}, sections).settings }

// Find finds the setting whose key ends in a word, however it is spelt.
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

// The flags that this package gives by itself.
const (
	targetFlag  = "to"
	sandboxFlag = "sandbox"
	runsDirFlag = "runs-dir"
)

func (t *Target) settings(apis []string) []Setting {
	return []Setting{
		{Key: "to", Flag: targetFlag, Kind: List, Value: "NAME", Words: apis, First: true, Global: true,
			Identifies: FeedIdentity, Commands: ForLedger,
			Use: "the API that takes the users; several of them get a run each",
			Set: intoList(&t.All)},
		{Key: "base_url", Flag: "base-url", Kind: URL, Value: "URL", Remote: true, Commands: ForLedger,
			Use: "the API's address, in place of the one in its section",
			Set: IntoString(&t.BaseURL)},
		{Key: "mode", Flag: "mode", Value: "MODE", Default: "upsert", Words: []string{"upsert", "create", "update", "delete", "mirror"},
			Identifies: RunIdentity,
			Use:        "what is done with each user; mirror is upsert, and then deletes whom the input lacks",
			Set:        Into(&t.Mode, func(s string) (user.Op, error) { return user.Op(s), nil })},
		{Key: "on_absent", Flag: "on-absent", Value: "NAME", Words: []string{"delete", "block", "deactivate"},
			Identifies: FeedIdentity,
			Use:        "what a delete does, where the API has more than one way: konstantly can block, scim can deactivate",
			Set:        IntoString(&t.OnAbsent)},
		{Key: "sandbox", Flag: sandboxFlag, Kind: Bool, Default: "false", First: true, Global: true,
			Use: "rehearse against a server inside this process; no account is needed",
			Set: IntoBool(&t.Sandbox)},
	}
}

func (in *Input) settings() []Setting {
	return []Setting{
		{Key: "from", Kind: Files, Value: "FILE", Global: true,
			Use: "files or patterns to read when the command line names none",
			Set: intoList(&in.From)},
		{Key: "format", Flag: "format", Value: "NAME", Default: "auto", Words: []string{"auto", "csv", "jsonl"},
			Identifies: FeedIdentity, Commands: ForInit,
			Use: "what the input is; auto goes by the file's name, else by its content",
			Set: IntoString(&in.Format), Text: func() string { return in.Format }},
		{Key: "delimiter", Flag: "delimiter", Value: "CHAR", Default: "auto", Identifies: FeedIdentity, Commands: ForInit,
			Use: "what stands between two CSV cells: one character, tab, or auto (one of , ; tab |)",
			Set: Into(&in.Delimiter, ParseDelimiter), Text: in.delimiter},
		{Key: "charset", Flag: "charset", Value: "NAME", Default: "auto", Identifies: FeedIdentity, Commands: ForInit,
			Use: "the input's character set, such as windows-1252; auto is UTF-8, or UTF-16 with a byte order mark",
			Set: Into(&in.Charset, parseCharset), Text: func() string { return in.Charset }},
		{Key: "ignore", Flag: "ignore", Kind: List, Value: "COLUMN",
			Use: "columns that are not to be sent",
			Set: intoList(&in.Ignore)},
		{Key: "op_column", Flag: "op-column", Value: "COLUMN", Identifies: FeedIdentity,
			Use: "the column that says in each row what is done with the user, in place of mode: upsert, create, update or delete",
			Set: IntoString(&in.OpColumn)},
	}
}

// delimiter is what ParseDelimiter reads; empty for auto.
func (in *Input) delimiter() string {
	switch in.Delimiter {
	case 0:
		return ""
	case '\t':
		return "tab"
	}
	return string(in.Delimiter)
}

func (p *Pace) settings() []Setting {
	return []Setting{
		{Key: "rate", Flag: "rate", Value: "N/s", Default: "auto", Commands: BetweenParts,
			Use: "the most calls in a second or minute: 16/s, 1000/m, 50, unlimited; auto is what the API documents, for the sandbox unlimited",
			Set: Into(&p.Rate, parseRateOrAuto)},
		{Key: "burst", Flag: "burst", Value: "N", Default: "1", Commands: BetweenParts,
			Use: "calls that may start at once after a rest",
			Set: Into(&p.Burst, ParseCount(1))},
		{Key: "workers", Flag: "workers", Value: "N", Default: "16", Commands: BetweenParts,
			Use: "the most calls on the wire at the same time",
			Set: Into(&p.Workers, ParseCount(1))},
		{Key: "batch_size", Flag: "batch-size", Value: "N", Default: "100", Commands: BetweenParts,
			Use: "users in one call, where the API takes several; never more than it takes",
			Set: Into(&p.BatchSize, ParseCount(1))},
		{Key: "retries", Flag: "retries", Value: "N", Default: "5", Commands: BetweenParts,
			Use: "how often a user is sent again at most",
			Set: Into(&p.Retries, ParseCount(0))},
		{Key: "timeout", Flag: "timeout", Value: "TIME", Default: "30s", Commands: BetweenParts,
			Use: "how long one call may take",
			Set: Into(&p.Timeout, parseDuration)},
		{Key: "max_wait", Flag: "max-wait", Value: "TIME", Default: "15m", Commands: BetweenParts,
			Use: "the longest pause that the API may ask for; beyond it the run stops",
			Set: Into(&p.MaxWait, parseDuration)},
		{Key: "give_up_after", Flag: "give-up-after", Value: "TIME", Default: "10m", Commands: BetweenParts,
			Use: "how long the API may be down before the run stops",
			Set: Into(&p.GiveUpAfter, parseDuration)},
	}
}

func (n *Network) settings() []Setting {
	return []Setting{
		{Key: "tls.ca", Kind: Path, Value: "FILE", Remote: true,
			Use: "certificates (PEM) to trust beside the system's",
			Set: IntoString(&n.CA)},
		{Key: "tls.cert", Kind: Path, Value: "FILE", Remote: true,
			Use: "our own certificate (PEM), for an API that asks for one",
			Set: IntoString(&n.Cert)},
		{Key: "tls.key", Kind: Path, Value: "FILE", Remote: true,
			Use: "the key (PEM) of our own certificate",
			Set: IntoString(&n.Key)},
		{Key: "proxy", Flag: "proxy", Kind: URL, Value: "URL", Keyword: "none", Remote: true,
			Use: "the proxy for calls, or none; without it HTTPS_PROXY and NO_PROXY hold",
			Set: IntoString(&n.Proxy)},
		{Key: "http2", Flag: "http2", Kind: Bool, Default: "false", Remote: true,
			Use: "offer HTTP/2 beside HTTP/1.1; with many users a call it costs more and wins nothing",
			Set: IntoBool(&n.HTTP2)},
		{Key: "insecure_http", Flag: "insecure-http", Kind: Bool, Default: "false", Remote: true, Commands: ForLedger,
			Use: "allow http:// addresses beyond this machine",
			Set: IntoBool(&n.InsecureHTTP)},
	}
}
