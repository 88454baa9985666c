package config

import (
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/user"
)

// Schema declares every setting, to read their descriptions: values set through it are
// lost.
func Schema(sections []setting.Section) setting.Schema { return declare(&Config{}, sections) }

// declare binds all settings to c and to the values of the sections.
func declare(c *Config, sections []setting.Section) setting.Schema {
	return setting.Join(c.Target.settings(setting.Names(sections)), sections,
		c.Input.settings(), c.Proof.settings(), c.Ledger.settings(), c.Shards.settings(), c.Guards.settings(), c.Guards.lookAheadSettings(),
		c.Pace.settings(), c.Network.settings(), c.Output.settings(), c.Log.settings(), c.Notify.settings(), c.Metrics.settings())
}

// The flags that this package adds to command lines.
const (
	targetFlag  = "to"
	sandboxFlag = "sandbox"
	runsDirFlag = "runs-dir"

	publishFlag    = "publish"
	knownHostsFlag = "known-hosts"
)

func (t *Target) settings(apis []string) []setting.Setting {
	return []setting.Setting{
		{Key: "to", Group: setting.GroupDestination, Common: true, Flag: targetFlag, Kind: setting.List, Value: "NAME", Words: apis, First: true, Global: true,
			Identifies: setting.FeedIdentity, Commands: setting.ForLedger,
			Use: "API to send the users to; several get a run each",
			Set: setting.IntoList(&t.All)},
		{Key: "base_url", Group: setting.GroupDestination, Flag: BaseURLFlag, Kind: setting.URL, Value: "URL", Remote: true, Identifies: setting.ScopeIdentity, Commands: setting.ForLedger,
			Use: "address of the API, instead of the one in its section",
			Set: setting.IntoString(&t.BaseURL)},
		{Key: "mode", Group: setting.GroupDestination, Common: true, Flag: "mode", Value: "MODE", Default: "upsert", Words: []string{"upsert", "create", "update", "delete", "mirror"},
			Identifies: setting.RunIdentity,
			Use:        "what to do with each user; mirror upserts, then deletes users missing from the input",
			Set:        setting.Into(&t.Mode, func(s string) (user.Op, error) { return user.Op(s), nil })},
		{Key: "on_absent", Group: setting.GroupDestination, Flag: "on-absent", Value: "NAME", Words: []string{"delete", "block", "deactivate"},
			Identifies: setting.FeedIdentity,
			Use:        "what a delete does; only konstantly can block, only scim can deactivate",
			Set:        setting.IntoString(&t.OnAbsent)},
		{Key: "sandbox", Group: setting.GroupDestination, Common: true, Flag: sandboxFlag, Kind: setting.Bool, Default: "false", First: true, Global: true,
			Use: "send to a mock server inside this process; needs no account",
			Set: setting.IntoBool(&t.Sandbox)},
	}
}
