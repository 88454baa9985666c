package config_test

import (
	"testing"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/setting"
)

func TestAgainKeepsTheFlags(t *testing.T) {
	root := &cobra.Command{Use: "usersync"}
	cmd := &cobra.Command{Use: "run"}
	root.AddCommand(cmd)
	config.AddFlags(cmd, config.Declare(connect.Sections), setting.ForRun)
	err := cmd.ParseFlags([]string{"--sandbox", "--json=false", "--ignore", "a b", "--ignore", "c", "--rate", "5", "old.csv"})
	if err != nil {
		t.Fatal(err)
	}
	want := "usersync run --ignore 'a b' --ignore c --json=false --rate 5 --sandbox new.csv"
	if got := (config.Invocation{Verb: cmd.Name(), Flags: config.FlagsOf(cmd)}).Again("new.csv"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	merge := config.Invocation{Verb: "merge", Run: "night-1", Files: []string{"users.csv"}}
	if got, want := merge.Again(merge.Files...), "usersync merge night-1 users.csv"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := merge.Command("validate", merge.Files...), "usersync validate users.csv"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
