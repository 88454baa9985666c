package config

import (
	"testing"

	"usersync/sync/mirror"
)

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]mirror.Limit{
		"auto": {}, "25": {Set: true, Count: 25}, "0": {Set: true}, "0.5%": {Set: true, Percent: 0.5}, "100%": {Set: true, Percent: 100},
	} {
		if got, err := ParseLimit(text); err != nil || got != want {
			t.Errorf("--max-delete %s: %+v, want %+v (%v)", text, got, want, err)
		}
	}
	for _, text := range []string{"", "-1", "101%", "many"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}
