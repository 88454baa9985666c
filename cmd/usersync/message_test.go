package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/exit"

	"github.com/spf13/cobra"
)

func TestTell(t *testing.T) {
	err := fmt.Errorf("run 7: %w", exit.Usage(errors.New("read flags: no"), "look again", "usersync help"))
	var b strings.Builder
	tell(&b, err)
	want := "usersync: run 7: read flags: no\n  hint: look again\n  next: usersync help\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	tell(&b, errors.Join(exit.Usage(errors.New("rate"), "16/s", "a"), errors.New("what else"), exit.Usage(errors.New("mode"), "upsert", "b"), exit.Usage(errors.New("to"), "kard", "b")))
	want = "usersync: rate\n  hint: 16/s\n  next: a\nusersync: what else\nusersync: mode\n  hint: upsert\nusersync: to\n  hint: kard\n  next: b\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	tell(&b, nil)
	if b.String() != "" {
		t.Errorf("nothing was wrong, and it says %q", b.String())
	}
}

func TestAgainKeepsTheFlags(t *testing.T) {
	root := &cobra.Command{Use: "usersync"}
	cmd := &cobra.Command{Use: "run"}
	root.AddCommand(cmd)
	addSettings(&env{}, cmd)
	err := cmd.ParseFlags([]string{"--sandbox", "--json=false", "--ignore", "a b", "--ignore", "c", "--rate", "5", "old.csv"})
	if err != nil {
		t.Fatal(err)
	}
	want := "usersync run --ignore 'a b' --ignore c --json=false --rate 5 --sandbox new.csv"
	if got := again(cmd, []string{"new.csv"}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
