package main

import (
	"time"

	"usersync/sync/user"
)

// settings returns everything that can be set, in the order of the manual.
func settings() []setting {
	var all []setting
	all = append(all, target()...)
	for _, name := range destinationNames() {
		all = append(all, destinations()[name].settings()...)
	}
	for _, group := range [][]setting{input(), proving(), remembering(), guards(), lookingAhead(), sending(), network(), output(), talk()} {
		all = append(all, group...)
	}
	return all
}

func target() []setting {
	return []setting{
		{key: "to", flag: "to", kind: list, value: "NAME", words: destinationNames(),
			use: "the API that takes the users; several of them get a run each",
			set: asList(func(c *config) *[]string { return &c.Target.All })},
		{key: "base_url", flag: "base-url", kind: link, value: "URL", remote: true,
			use: "the API's address, in place of the one in its section",
			set: asText(func(c *config) *string { return &c.Target.BaseURL })},
		{key: "mode", flag: "mode", value: "MODE", def: "upsert", words: []string{"upsert", "create", "update", "delete", "mirror"},
			use: "what is done with each user; mirror is upsert, and then deletes whom the input lacks",
			set: into(func(c *config) *user.Op { return &c.Target.Mode }, func(s string) (user.Op, error) { return user.Op(s), nil })},
		{key: "on_absent", flag: "on-absent", value: "NAME", words: []string{"delete", "block", "deactivate"},
			use: "what a delete does, where the API has more than one way: konstantly can block, scim can deactivate",
			set: asText(func(c *config) *string { return &c.Target.OnAbsent })},
		{key: "sandbox", flag: "sandbox", kind: toggle, def: "false",
			use: "rehearse against a server inside this process; no account is needed",
			set: into(func(c *config) *bool { return &c.Target.Sandbox }, parseBool)},
	}
}

func input() []setting {
	return []setting{
		{key: "from", kind: list, value: "FILE",
			use: "files or patterns to read when the command line names none",
			set: asList(func(c *config) *[]string { return &c.Input.From })},
		{key: "format", flag: "format", value: "NAME", def: "auto", words: []string{"auto", "csv", "jsonl"},
			use: "what the input is; auto goes by the file's name, else by its content",
			set: asText(func(c *config) *string { return &c.Input.Format })},
		{key: "delimiter", flag: "delimiter", value: "CHAR", def: "auto",
			use: "what stands between two CSV cells: one character, tab, or auto (one of , ; tab |)",
			set: into(func(c *config) *rune { return &c.Input.Delimiter }, parseDelimiter)},
		{key: "charset", flag: "charset", value: "NAME", def: "auto",
			use: "the input's character set, such as windows-1252; auto is UTF-8, or UTF-16 with a byte order mark",
			set: into(func(c *config) *string { return &c.Input.Charset }, parseCharset)},
		{key: "ignore", flag: "ignore", kind: list, value: "COLUMN",
			use: "columns that are not to be sent",
			set: asList(func(c *config) *[]string { return &c.Input.Ignore })},
		{key: "op_column", flag: "op-column", value: "COLUMN",
			use: "the column that says in each row what is done with the user, in place of mode: upsert, create, update or delete",
			set: asText(func(c *config) *string { return &c.Input.OpColumn })},
	}
}

func sending() []setting {
	return []setting{
		{key: "rate", flag: "rate", value: "N/s", def: "auto",
			use: "the most calls in a second or minute: 16/s, 1000/m, 50, unlimited; auto is what the API documents, for the sandbox unlimited",
			set: into(func(c *config) *rate { return &c.Pace.Rate }, parseRateOrAuto)},
		{key: "burst", flag: "burst", value: "N", def: "1",
			use: "calls that may start at once after a rest",
			set: into(func(c *config) *int { return &c.Pace.Burst }, parseCount(1))},
		{key: "workers", flag: "workers", value: "N", def: "16",
			use: "the most calls on the wire at the same time",
			set: into(func(c *config) *int { return &c.Pace.Workers }, parseCount(1))},
		{key: "batch_size", flag: "batch-size", value: "N", def: "100",
			use: "users in one call, where the API takes several; never more than it takes",
			set: into(func(c *config) *int { return &c.Pace.BatchSize }, parseCount(1))},
		{key: "retries", flag: "retries", value: "N", def: "5",
			use: "how often a user is sent again at most",
			set: into(func(c *config) *int { return &c.Pace.Retries }, parseCount(0))},
		{key: "timeout", flag: "timeout", value: "TIME", def: "30s",
			use: "how long one call may take",
			set: into(func(c *config) *time.Duration { return &c.Pace.Timeout }, parseDuration)},
		{key: "max_wait", flag: "max-wait", value: "TIME", def: "15m",
			use: "the longest pause that the API may ask for; beyond it the run stops",
			set: into(func(c *config) *time.Duration { return &c.Pace.MaxWait }, parseDuration)},
		{key: "give_up_after", flag: "give-up-after", value: "TIME", def: "10m",
			use: "how long the API may be down before the run stops",
			set: into(func(c *config) *time.Duration { return &c.Pace.GiveUpAfter }, parseDuration)},
	}
}

func network() []setting {
	return []setting{
		{key: "tls.ca", kind: path, value: "FILE", remote: true,
			use: "certificates (PEM) to trust beside the system's",
			set: asText(func(c *config) *string { return &c.Network.CA })},
		{key: "tls.cert", kind: path, value: "FILE", remote: true,
			use: "our own certificate (PEM), for an API that asks for one",
			set: asText(func(c *config) *string { return &c.Network.Cert })},
		{key: "tls.key", kind: path, value: "FILE", remote: true,
			use: "the key (PEM) of our own certificate",
			set: asText(func(c *config) *string { return &c.Network.Key })},
		{key: "proxy", flag: "proxy", kind: link, value: "URL", remote: true,
			also: "none",
			use:  "the proxy for calls, or none; without it HTTPS_PROXY and NO_PROXY hold",
			set:  asText(func(c *config) *string { return &c.Network.Proxy })},
		{key: "http2", flag: "http2", kind: toggle, def: "false", remote: true,
			use: "offer HTTP/2 beside HTTP/1.1; with many users a call it costs more and wins nothing",
			set: into(func(c *config) *bool { return &c.Network.HTTP2 }, parseBool)},
		{key: "insecure_http", flag: "insecure-http", kind: toggle, def: "false", remote: true,
			use: "allow http:// addresses beyond this machine",
			set: into(func(c *config) *bool { return &c.Network.InsecureHTTP }, parseBool)},
	}
}
