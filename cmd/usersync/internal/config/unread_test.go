package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config/configtest"
	"usersync/cmd/usersync/internal/connect"
)

// A config that makes no run still says where to send notifications, if that part of it can be read.
func TestWhoIsToldOfAConfigThatCannotBeUsed(t *testing.T) {
	const job = "to: kard\nnotify:\n  webhook: env:HOOK\n  on: failure\nruns_dir: nights\n"
	for name, c := range map[string]struct {
		text string
		told bool
	}{
		"a list that is not closed":   {"ignore: [a\n" + job, true},
		"not closed at the end":       {job + "ignore: [a", true},
		"a tab":                       {"kard:\n\trate: 1\n" + job, true},
		"a quote that is not closed":  {"kard: {organization: \"o}\n" + job, true},
		"an unknown key":              {"rat: 1\n" + job, true},
		"a key twice":                 {"rate: 1\nrate: 2\n" + job, true},
		"fields that are no map":      {"fields: [id]\n" + job, true},
		"two documents":               {job + "---\nrate: 1\n", true},
		"dotted, with Windows' lines": {"\uFEFFto: kard\r\nnotify.webhook: env:HOOK\r\nnotify.on: failure\r\nruns_dir: nights\r\nignore: [a\r\n", true},
		"quoted":                      {"'to': kard\n\"notify\": {webhook: env:HOOK, on: failure}\nruns_dir: nights\nignore: [a\n", true},
		"that part itself":            {strings.Replace(job, "  on", "\ton", 1), false},
		"an address in clear":         {"ignore: [a\n" + strings.Replace(job, "env:HOOK", "https://hooks.example.com/hunter2", 1), false},
		"as a part of something else": {"kard:\n  notify:\n    webhook: env:HOOK\nignore: [a\n", false},
	} {
		path := filepath.Join(t.TempDir(), "usersync.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := configtest.Load(t, connect.Sections, map[string]string{"HOOK": "https://hooks.example.com/T1"}, "--config", path)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
		told := got != nil && got.Notify.Webhook.Reveal() == "https://hooks.example.com/T1"
		if told != c.told || told && (got.Notify.On != "failure" || got.Target.To != "kard" || filepath.Base(got.Output.RunsDir) != "nights" || got.File != path) {
			t.Errorf("%s: told %v", name, told)
		}
	}
}
