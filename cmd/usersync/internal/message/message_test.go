package message

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/exit"
)

func TestPrintError(t *testing.T) {
	err := fmt.Errorf("run 7: %w", exit.Usage(errors.New("read flags: no"), "look again", "usersync help"))
	var b strings.Builder
	printError(&b, err)
	want := "usersync: run 7: read flags: no\n  hint: look again\n  next: usersync help\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	printError(&b, errors.Join(exit.Usage(errors.New("rate"), "16/s", "a"), errors.New("what else"), exit.Usage(errors.New("mode"), "upsert", "b"), exit.Usage(errors.New("to"), "kard", "b")))
	want = "usersync: rate\n  hint: 16/s\n  next: a\nusersync: what else\nusersync: mode\n  hint: upsert\nusersync: to\n  hint: kard\n  next: b\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	printError(&b, nil)
	if b.String() != "" {
		t.Errorf("got %q for a nil error", b.String())
	}
}
