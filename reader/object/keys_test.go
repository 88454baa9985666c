package object

import (
	"slices"
	"testing"
)

func TestKeys(t *testing.T) {
	k := Keys{Known: func(name string) bool { return name == "address" }}
	for _, raw := range []string{
		`{"_usersync_run":"r","id":1,"address":{"zip":"1"},"x":{"a":1,"b":{"c":2}}}`, `[1]`, `{"id":2,"late":null}`, `{"id"`,
	} {
		k.Add([]byte(raw))
	}
	if want := []string{"id", "address", "x.a", "x.b.c", "late"}; !slices.Equal(k.Names, want) {
		t.Errorf("%q, want %q", k.Names, want)
	}
}

func TestWithoutRejectKeys(t *testing.T) {
	for raw, want := range map[string]string{
		`{"_usersync_run":"r","id":1.10, "a":{"_usersync_x":1}}`: `{"id":1.10,"a":{"_usersync_x":1}}`,
		`{"_usersync_run":"r"}`:                                  `{}`,
		`{"id":1,"id":2}`:                                        `{"id":1,"id":2}`,
		`not JSON`:                                               `not JSON`,
	} {
		if got := WithoutRejectKeys(raw); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}
