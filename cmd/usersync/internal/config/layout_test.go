package config_test

import (
	"testing"

	"usersync/cmd/usersync/internal/config"
)

// The next command reads the file in the same way, and does not expect of it what
// was expected of another one.
func TestWhatIsToldToAnotherCommand(t *testing.T) {
	c, err := resolved(t, "charset: windows-1252\nexpect_records: 12\nexpect_sha256: none\n", map[string][]string{"delimiter": {`\t`}, "format": {"csv"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Init("a.csv"), "usersync init --format csv --delimiter tab --charset windows-1252 a.csv"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := c.FlagsForOtherInput(); len(got) != 1 || got[0] != (config.Flag{Name: "expect-records", Value: "none"}) {
		t.Errorf("got %+v", got)
	}
	c, err = resolved(t, "", nil, nil)
	if err != nil || c.Init("a.csv") != "usersync init a.csv" || len(c.FlagsForOtherInput()) > 0 {
		t.Errorf("nothing is set: %s, %+v, %v", c.Init("a.csv"), c.FlagsForOtherInput(), err)
	}
}
