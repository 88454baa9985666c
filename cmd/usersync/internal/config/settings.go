package config

import (
	"strconv"
	"strings"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/reader/mapping"
	"usersync/sync/identity"
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
	for _, group := range [][]Setting{c.Input.settings(), c.Proof.settings(), c.Ledger.settings(), c.Guards.settings(), c.Guards.lookAheadSettings(),
		c.Pace.settings(), c.Network.settings(), c.Output.settings(), c.Log.settings()} {
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

func (in *Input) settings() []Setting {
	return []Setting{
		{Key: "from", Group: GroupInput, Kind: Files, Value: "FILE", Global: true,
			Use: "files or patterns to read when the command line names none",
			Set: intoList(&in.From)},
		{Key: "format", Group: GroupInput, Flag: "format", Value: "NAME", Default: "auto", Words: []string{"auto", "csv", "jsonl"},
			Identifies: FeedIdentity, Commands: ForInit,
			Use: "format of the input; auto goes by the file name, then by the content",
			Set: IntoString(&in.Format), Text: func() string { return in.Format }},
		{Key: "delimiter", Group: GroupInput, Flag: "delimiter", Value: "CHAR", Default: "auto", Identifies: FeedIdentity, Commands: ForInit,
			Use: "separator of CSV cells: one character, or tab; auto finds , ; tab or |",
			Set: Into(&in.Delimiter, quantity.ParseDelimiter), Text: in.delimiter},
		{Key: "charset", Group: GroupInput, Flag: "charset", Value: "NAME", Default: "auto", Identifies: FeedIdentity, Commands: ForInit,
			Use: "character set of the input, such as windows-1252; auto is UTF-8, or UTF-16 with a byte order mark",
			Set: Into(&in.Charset, quantity.ParseCharset), Text: func() string { return in.Charset }},
		{Key: "records", Group: GroupInput, Flag: "records", Value: "/KEY", Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "where the array of users is in a JSON object, such as /users or /data/items; without it the one array of objects",
			Set: Into(&in.Records, parseRecords), Text: func() string { return in.Records }},
		{Key: "header_row", Group: GroupInput, Flag: "header-row", Value: "N", Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "line of a CSV file that holds the column names, from 1; lines before it are skipped; without it the first line with text",
			Set: Into(&in.HeaderRow, quantity.ParseCount(1)), Text: in.headerRow},
		{Key: "comment", Group: GroupInput, Flag: "comment", Value: "TEXT", Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "how lines of a CSV file begin that are comments, such as #; they are skipped",
			Set: IntoString(&in.Comment), Text: func() string { return in.Comment }},
		{Key: "footer", Group: GroupInput, Flag: "footer", Kind: List, Value: "TEXT", Identifies: FeedIdentity, Added: true,
			Use: "how the lines after the last user of a CSV file begin, such as Total; they are skipped, and a user after them stops the run",
			Set: intoList(&in.Footer)},
		{Key: "ignore", Group: GroupInput, Flag: "ignore", Kind: List, Value: "COLUMN",
			Use: "columns not to send",
			Set: intoList(&in.Ignore)},
		{Key: "null_ids", Group: GroupInput, Flag: "null-ids", Kind: List, Value: "TEXT", Identifies: FeedIdentity, Added: true,
			Use: "texts that stand for a missing id, instead of the default ones such as NULL and #N/A; none alone accepts every text",
			Set: intoList(&in.NullIDs)},
		{Key: "scientific_ids", Group: GroupInput, Flag: "scientific-ids", Kind: Bool, Default: "false", Identifies: FeedIdentity, Added: true,
			Use: "accept numbers such as 1.23E+15 as ids, although a spreadsheet may have made them from longer ones",
			Set: IntoBool(&in.ScientificIDs)},
		{Key: "repeated_ids", Group: GroupInput, Flag: "repeated-ids", Value: "NAME", Default: "apply", Words: []string{"apply", "refuse"},
			Identifies: RunIdentity, Added: true,
			Use: "what to do with rows whose id an earlier row has, with other data: apply them in the order of the file, or refuse them",
			Set: Into(&in.RefuseRepeated, func(s string) (bool, error) { return s == "refuse", nil })},
		{Key: "op_column", Group: GroupInput, Flag: "op-column", Value: "COLUMN", Identifies: FeedIdentity, Flow: true,
			Use: "column that says what to do with each row, instead of mode: upsert, create, update or delete; or {column: C, map: {A: upsert, T: delete}}, or {expr: E}",
			Set: Into(&in.OpColumn, mapping.ParseOpRule)},
		{Key: "trim", Group: GroupInput, Flag: "trim", Kind: Bool, Default: "true", Identifies: FeedIdentity, Added: true,
			Use: "remove white space and characters without a width around each cell; a blank cell is empty; secrets stay unchanged",
			Set: IntoBool(&in.Trim)},
		{Key: "null_values", Group: GroupInput, Flag: "null-values", Kind: List, Value: "TEXT", Identifies: FeedIdentity, Added: true,
			Use: "texts that stand for an empty cell, such as NULL",
			Set: intoList(&in.NullValues)},
	}
}

// IDs says which texts are not ids.
func (in *Input) IDs() identity.Policy {
	p := identity.Policy{Nulls: in.NullIDs, AllowScientific: in.ScientificIDs}
	if len(p.Nulls) == 1 && p.Nulls[0] == "none" {
		p.Nulls = []string{}
	}
	return p
}

func (in *Input) headerRow() string {
	if in.HeaderRow == 0 {
		return ""
	}
	return strconv.Itoa(in.HeaderRow)
}

// delimiter is a text for ParseDelimiter; empty for auto.
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
		{Key: "rate", Group: GroupPace, Common: true, Flag: "rate", Value: "N/s", Default: "auto", Commands: BetweenParts,
			Use: "most calls per second or minute: 16/s, 1000/m, 50 (per second) or unlimited; auto is the API's documented rate, or unlimited with the sandbox",
			Set: Into(&p.Rate, quantity.ParseRateOrAuto)},
		{Key: "burst", Group: GroupPace, Flag: "burst", Value: "N", Default: "1", Commands: BetweenParts,
			Use: "calls that may start at once after a pause",
			Set: Into(&p.Burst, quantity.ParseCount(1))},
		{Key: "workers", Group: GroupPace, Common: true, Flag: "workers", Value: "N", Default: "16", Commands: BetweenParts,
			Use: "most calls in flight at the same time",
			Set: Into(&p.Workers, quantity.ParseCount(1))},
		{Key: "batch_size", Group: GroupPace, Flag: "batch-size", Value: "N", Default: "100", Commands: BetweenParts,
			Use: "users per call, if the API takes several, up to the API's own limit",
			Set: Into(&p.BatchSize, quantity.ParseCount(1))},
		{Key: "retries", Group: GroupPace, Common: true, Flag: "retries", Value: "N", Default: "5", Commands: BetweenParts,
			Use: "how many times, at most, to send a user again",
			Set: Into(&p.Retries, quantity.ParseCount(0))},
		{Key: "timeout", Group: GroupPace, Flag: "timeout", Value: "TIME", Default: "30s", Commands: BetweenParts,
			Use: "time limit of one call",
			Set: Into(&p.Timeout, quantity.ParseDuration)},
		{Key: "max_wait", Group: GroupPace, Flag: "max-wait", Value: "TIME", Default: "15m", Commands: BetweenParts,
			Use: "longest pause that the API may ask for; the run stops if it asks for more",
			Set: Into(&p.MaxWait, quantity.ParseDuration)},
		{Key: "give_up_after", Group: GroupPace, Flag: "give-up-after", Value: "TIME", Default: "10m", Commands: BetweenParts,
			Use: "stop the run when the API has been down this long",
			Set: Into(&p.GiveUpAfter, quantity.ParseDuration)},
	}
}

func (n *Network) settings() []Setting {
	return []Setting{
		{Key: "tls.ca", Group: GroupNetwork, Kind: Path, Value: "FILE", Remote: true,
			Use: "certificates (PEM) to trust besides the system's",
			Set: IntoString(&n.CA)},
		{Key: "tls.cert", Group: GroupNetwork, Kind: Path, Value: "FILE", Remote: true,
			Use: "client certificate (PEM), for an API that asks for one",
			Set: IntoString(&n.Cert)},
		{Key: "tls.key", Group: GroupNetwork, Kind: Path, Value: "FILE", Remote: true,
			Use: "private key (PEM) of the client certificate",
			Set: IntoString(&n.Key)},
		{Key: "proxy", Group: GroupNetwork, Flag: "proxy", Kind: URL, Value: "URL", Keyword: "none", Remote: true,
			Use: "proxy for calls, or none; without it HTTPS_PROXY and NO_PROXY apply",
			Set: IntoString(&n.Proxy)},
		{Key: "http2", Group: GroupNetwork, Flag: "http2", Kind: Bool, Default: "false", Remote: true,
			Use: "offer HTTP/2 as well as HTTP/1.1; with many users per call it costs more and gains nothing",
			Set: IntoBool(&n.HTTP2)},
		{Key: "insecure_http", Group: GroupNetwork, Flag: "insecure-http", Kind: Bool, Default: "false", Remote: true, Commands: ForLedger,
			Use: "allow http:// addresses on other machines",
			Set: IntoBool(&n.InsecureHTTP)},
	}
}
