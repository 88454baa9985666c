package history

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/config/configtest"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// kardSettings are the section of an API with an address.
func kardSettings() []setting.Section {
	var url, put string
	return []setting.Section{{Name: "kard", Settings: []setting.Setting{
		{Key: "base_url", Kind: setting.URL, Value: "URL", Identifies: setting.ScopeIdentity, Set: setting.IntoString(&url)},
		{Key: "put", Value: "NAME", Default: "merge", Set: setting.IntoString(&put)},
	}}}
}

// A scope of an earlier version is that of now only if each of its runs shows so.
func TestAddressEvidence(t *testing.T) {
	const base = "https://api.example.com/v1"
	earlier := journal.Scope{Destination: "kard", Host: "api.example.com", Account: "org"}
	now := earlier
	now.BaseURL = base
	type run struct{ digest, flag, account, ledger string }
	for name, test := range map[string]struct {
		file string // the config; empty is the usual one
		runs []run
		same bool
	}{
		"no run":                       {"", nil, false},
		"the same settings":            {"", []run{{digest: "same"}}, true},
		"another mode":                 {"", []run{{digest: "mirror"}}, true},
		"other settings":               {"", []run{{digest: "other"}}, false},
		"one of two":                   {"", []run{{digest: "same"}, {digest: "other"}}, false},
		"the flag":                     {"", []run{{digest: "other", flag: "https://API.example.com:443/v1/"}}, true},
		"another flag":                 {"", []run{{digest: "same", flag: "https://api.example.com/v2"}}, false},
		"runs of others alone":         {"", []run{{digest: "same", account: "them"}, {digest: "same", ledger: "theirs"}}, false},
		"runs of others too":           {"", []run{{digest: "same"}, {digest: "other", account: "them"}}, true},
		"the address in a variable":    {"to: kard\nkard: {base_url: env:KARD_URL}\n", []run{{digest: "same"}}, false},
		"another address in the file":  {"to: kard\nkard: {base_url: 'https://api.example.com/v2'}\n", []run{{digest: "same"}}, false},
		"the address at the top":       {"to: kard\nbase_url: " + base + "\n", []run{{digest: "same"}}, false},
		"the address at the top too":   {"to: kard\nbase_url: " + base + "\nkard: {base_url: '" + base + "'}\n", []run{{digest: "same"}}, true},
		"the address in another style": {"to: kard\nkard: {base_url: '" + base + "/'}\n", []run{{digest: "same"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			file := test.file
			if file == "" {
				file = "to: kard\nkard: {base_url: '" + base + "'}\n"
			}
			c := loadConfig(t, file, "upsert")
			digests := map[string]string{"same": c.Earlier().RunDigest(), "other": "0", "mirror": loadConfig(t, file, "mirror").Earlier().RunDigest()}
			for _, r := range test.runs {
				h := journal.Header{Scope: earlier, ConfigSHA256: digests[r.digest], Started: time.Now(), Registered: journal.Registered{Ledger: r.ledger}, Mode: "upsert"}
				if r.account != "" {
					h.Scope.Account = r.account
				}
				if r.flag != "" {
					h.Args = []string{"run", "--base-url", r.flag, "u.csv"}
				}
				beginRun(t, c.Output.RunsDir, h)
			}
			if same, err := AddressEvidence(c)(earlier, now); same != test.same || err != nil {
				t.Errorf("the same: %t, %v", same, err)
			}
		})
	}
}

func beginRun(t *testing.T, dir string, h journal.Header) {
	t.Helper()
	d, err := rundir.Create(dir, h.Started)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f, err := Claim(d)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h.Run = d.ID()
	if _, err := journal.Create(f, h); err != nil {
		t.Fatal(err)
	}
}

func loadConfig(t *testing.T, text, mode string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "usersync.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return configtest.Loaded(t, kardSettings, map[string]string{"KARD_URL": "https://api.example.com/v1"}, "--config", path, "--mode", mode)
}
