package config_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/user"
)

// resolved reads a config text, with flags and environment variables.
func resolved(t *testing.T, text string, flags map[string][]string, variables map[string]string) (*config.Config, error) {
	t.Helper()
	lookup := func(name string) (string, bool) { v, ok := variables[name]; return v, ok }
	return config.Parsed(filepath.Join("conf", "usersync.yaml"), []byte(text), connect.Sections, flags, lookup)
}

func TestFlagBeatsVariableBeatsFileBeatsDefault(t *testing.T) {
	flags := map[string][]string{"retries": {"1"}}
	variables := map[string]string{"USERSYNC_RETRIES": "2", "USERSYNC_BURST": "2"}
	c, err := resolved(t, "retries: 3\nburst: 3\nworkers: 3\n", flags, variables)
	if err != nil {
		t.Fatal(err)
	}
	if c.Pace.Retries != 1 || c.Pace.Burst != 2 || c.Pace.Workers != 3 || c.Pace.BatchSize != 100 {
		t.Errorf("got %d %d %d %d", c.Pace.Retries, c.Pace.Burst, c.Pace.Workers, c.Pace.BatchSize)
	}
	places := map[string]string{}
	for _, v := range c.Shown() {
		places[v.Key] = v.Source
	}
	for key, want := range map[string]string{
		"retries": "--retries", "burst": "USERSYNC_BURST", "workers": "conf/usersync.yaml:3", "batch_size": "default", "proxy": "not set",
	} {
		if places[key] != want {
			t.Errorf("%s comes from %q, want %q", key, places[key], want)
		}
	}
}

func TestEveryKeyIsTyped(t *testing.T) {
	c, err := resolved(t, `
to: kard
mode: delete
rate: 1000/m
timeout: 5s
allow_rejects: 2%
from: [a.csv, /b/*.csv]
delimiter: tab
results: "-"
tls: {ca: ca.pem}
kard: {put: as_is, organization: o-1, auth: {style: json, client_id: me, client_secret: env:CS}}
fields: {id: CUST}
`, nil, map[string]string{"CS": "hush\n"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Target.To != "kard" || c.Target.Mode != user.Delete || c.Pace.Timeout != 5*time.Second || c.Input.Delimiter != "\t" || c.Output.AllowRejects.Percent != 2 {
		t.Errorf("got %+v", c)
	}
	if c.Network.CA != filepath.Join("conf", "ca.pem") || c.Output.RunsDir != filepath.Join("conf", "runs") || c.Output.Results != "-" {
		t.Errorf("paths: %q %q %q", c.Network.CA, c.Output.RunsDir, c.Output.Results)
	}
	if c.Input.From[0] != filepath.Join("conf", "a.csv") || c.Input.From[1] != "/b/*.csv" {
		t.Errorf("from: %q", c.Input.From)
	}
	if len(c.Input.Fields) != 1 || c.Input.Fields[0].Field != user.ID || c.Input.Fields[0].Column != "CUST" {
		t.Errorf("fields: %+v", c.Input.Fields)
	}
}

func TestConfigFaults(t *testing.T) {
	t.Setenv("EMPTY", "")
	tests := []struct{ name, text, message, hint string }{
		{"unknown key", "to: kard\nretires: 3\n", "usersync.yaml:2: unknown key retires", "retries"},
		{"unknown nested key", "kard:\n  auth:\n    client_secrets: x\n", ":3: unknown key kard.auth.client_secrets", "kard.auth.client_secret"},
		{"nothing near", "colour: red\n", ":1: unknown key colour", "expected one of"},
		{"twice", "rate: 1\nrate: 2\n", ":2: key rate is already on line 1", "keep one"},
		{"a list twice", "ignore: [a]\nto: kard\nignore: [b]\n", ":3: key ignore is already on line 1", "keep one"},
		{"a section twice", "kard: {put: merge}\nto: kard\nkard: {put: as_is}\n", ":3: key kard is already on line 1", "keep one"},
		{"twice in a section", "kard:\n  rate: 1\n  rate: 2\n", ":3: key kard.rate is already on line 2", "keep one"},
		{"a field twice", "fields:\n  email: A\n  phone: P\n  email: B\n", ":4: key fields.email is already on line 2", "keep one"},
		{"a field's rule twice", "fields:\n  email: {column: A, column: B}\n", ":2: key fields.email.column is already on line 2", "keep one"},
		{"an operation twice", "op_column: {column: S, map: {A: upsert, T: delete, A: delete}}\n", ":1: key op_column.map.A is already on line 1", "keep one"},
		{"a number and its text", "op_column: {column: S, map: {1: upsert, '1': delete}}\n", "key op_column.map.1 is already on line 1", "keep one"},
		{"a dotted key twice", "kard.put: merge\nkard:\n  put: as_is\n", ":3: key kard.put is already on line 1", "keep one"},
		{"fields twice over", "kard.fields: {id: A}\nkard:\n  fields: {id: B}\n", ":3: key kard.fields is already on line 1", "keep one"},
		{"in a tree", "custom:\n  create:\n    path: /a\n    path: /b\n", ":4: key custom.create.path is already on line 3", "keep one"},
		{"in a list of a tree", "custom:\n  create:\n    - {path: /a, path: /b}\n", ":3: key custom.create.path is already on line 3", "keep one"},
		{"two documents", "rate: 1\n---\nrate: 2\n", "more than one document", "remove"},
		{"no YAML", "rate: [1\nto: kard\n", "this is not valid YAML", "colon"},
		{"a list at the top", "- rate\n", "the config must hold keys and values", "key: value"},
		{"a section that is text", "kard: yes\n", "kard must hold keys and values", ""},
		{"a value that is a map", "rate: {a: 1}\n", "key rate must have one value", ""},
		{"no value", "rate:\n", "key rate must have one value", ""},
		{"word", "mode: upsrt\n", "usersync.yaml:1: mode: must be upsert, create", "did you mean upsert?"},
		{"destination", "to: kart\n", "must be custom, kard, konstantly, onbo or scim", "did you mean kard?"},
		{"secret in clear", "kard: {auth: {client_secret: hunter2}}\n", "kard.auth.client_secret: a secret is written here in clear text", "env:NAME"},
		{"secret in clear, sandbox", "sandbox: true\nkard: {auth: {token: hunter2}}\n", "a secret is written here in clear text", "env:NAME"},
		{"password in URL", "proxy: http://me:hunter2@proxy.example.com\n", "the URL contains a password in clear text", "env:NAME"},
		{"variable not set", "kard: {auth: {token: env:NOT_SET}}\n", "environment variable NOT_SET is not set", ""},
		{"no such file", "kard: {auth: {token: file:nothing}}\n", "nothing: no such file", ""},
		{"no URL", "kard: {base_url: 'example'}\n", "must be a URL", ""},
		{"no indirection here", "mode: env:MODE\n", "must be upsert, create", ""},
		{"fields that are no map", "to: kard\nfields: [id]\n", "usersync.yaml:2: fields must map our fields to your columns", "email: Email Address"},
		{"field twice over", "fields: {email: {column: A, expr: B}}\n", "needs exactly one of", ""},
		{"number", "workers: 0\n", "whole number of at least 1", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := resolved(t, test.text, nil, nil)
			var told *exit.Error
			if !errors.As(err, &told) || told.Code != exit.Misuse {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), test.message) || !strings.Contains(told.Hint, test.hint) {
				t.Errorf("message %q, hint %q", err, told.Hint)
			}
			if all := err.Error() + told.Hint + told.Next; strings.Contains(all, "hunter2") {
				t.Errorf("a secret is shown: %s", all)
			}
		})
	}
}

func TestPasswordInFlagIsRefused(t *testing.T) {
	for _, url := range []string{"http://me:hunter2@proxy.example.com", "http://me:hunter2@[bad"} {
		_, err := resolved(t, "", map[string][]string{"proxy": {url}}, nil)
		if err == nil || !strings.Contains(err.Error(), "the URL contains a password in clear text") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
	c, err := resolved(t, "proxy: env:P\n", nil, map[string]string{"P": "http://me:hunter2@proxy.example.com"})
	if err != nil || c.Network.Proxy != "http://me:hunter2@proxy.example.com" {
		t.Errorf("from a variable: %v", err)
	}
}

func TestShowMasks(t *testing.T) {
	variables := map[string]string{"T": "hunter2", "USERSYNC_PROXY": "http://me:hunter2@proxy.example.com"}
	c, err := resolved(t, "kard: {auth: {token: env:T}}\n", nil, variables)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, v := range c.Shown() {
		fmt.Fprintln(&b, v.Key, v.Text, v.Source)
	}
	if strings.Contains(b.String(), "hunter2") {
		t.Errorf("a secret is shown:\n%s", b.String())
	}
	for _, want := range []string{"env:T", "USERSYNC_PROXY", "proxy.example.com"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not shown:\n%s", want, b.String())
		}
	}
}

// What a person need not see is left out: settings of other APIs, and defaults, but
// for those that say where users go.
func TestRelevantSettings(t *testing.T) {
	c, err := resolved(t, "to: kard\nkard: {organization: o-1}\nburst: 1\nscim: {bulk: 'off'}\n", map[string][]string{"rate": {"5"}}, map[string]string{"USERSYNC_RETRIES": "2"})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, v := range c.Relevant() {
		shown[v.Key] = true
	}
	for key, want := range map[string]bool{
		"to": true, "mode": true, "sandbox": true, "base_url": false, "on_absent": false, // where users go
		"kard.organization": true, "kard.put": true, "kard.base_url": true, "scim.bulk": true, "scim.update": false, "onbo.checks": false,
		"rate": true, "burst": true, "retries": true, "workers": false, "proxy": false, "tls.ca": false,
	} {
		if shown[key] != want {
			t.Errorf("%s is shown: %t", key, !want)
		}
	}
}

func TestStrayVariables(t *testing.T) {
	environ := []string{"PATH=/bin", "USERSYNC_RATE=1", "USERSYNC_CONFIG=c.yaml", "USERSYNC_SANBDOX=true", "USERSYNC_COLOUR=red",
		"USERSYNC_SERVICE_HOST=10.0.0.1", "USERSYNC_SERVICE_PORT_HTTP=80", "USERSYNC_PORT=tcp://10.0.0.1:80",
		"USERSYNC_PORT_80_TCP_ADDR=10.0.0.1", "USERSYNC_LEDGER_SERVICE_PORT=5432"}
	err := config.Unknown(environ, connect.Sections)
	want := "read settings: unknown environment variable USERSYNC_COLOUR\nread settings: unknown environment variable USERSYNC_SANBDOX"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("to: kard\nkard: {auth: {token: env:T}}\nfields: {id: A}\n"))
	f.Add([]byte("a: &a\n  b: *a\nkard: *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := config.Parsed("c.yaml", text, connect.Sections, nil, func(string) (string, bool) { return "", false })
		var told *exit.Error
		if err != nil && !errors.As(err, &told) {
			t.Errorf("no hint for %v", err)
		}
	})
}

// What decides who is sent tells one run from another; an address is told apart by the
// scope, and what is only a guard by nothing.
func TestWhatIdentifiesARun(t *testing.T) {
	digest := func(file, flag, value string) string {
		t.Helper()
		c, err := resolved(t, "to: kard\n"+file, map[string][]string{flag: {value}}, map[string]string{"A": "https://api.example.com"})
		if err != nil {
			t.Fatal(err)
		}
		return c.RunDigest()
	}
	const file = "kard: {base_url: 'https://api.example.com/v1', organization: o}\n"
	plain := digest(file, "rate", "1/s")
	for flag, value := range map[string]string{"full": "true", "adopt": "read", "mode": "mirror", "on-absent": "delete", "op-column": "op"} {
		if digest(file, flag, value) == plain {
			t.Errorf("with --%s it is the same run", flag)
		}
	}
	for flag, value := range map[string]string{"base-url": "https://api.example.com/v2", "max-errors": "1", "new-scope": "true", "protect": "x", "max-delete": "9"} {
		if digest(file, flag, value) != plain {
			t.Errorf("with --%s it is another run", flag)
		}
	}
	for _, other := range []string{"kard: {base_url: 'https://API.example.com/v1/', organization: o}\n", "kard: {base_url: env:A, organization: o}\n"} {
		if digest(other, "rate", "1/s") != plain {
			t.Error("an address is part of the digest")
		}
	}
	if digest("kard: {base_url: env:A, organization: o, put: as_is}\n", "rate", "1/s") == plain {
		t.Error("a setting of the API is not part of the digest")
	}
}
