package input

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
)

// TestNextShowsTheLine: the command after a file that cannot be read shows the line, as far as a
// terminal can show it.
func TestNextShowsTheLine(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		text string
		line int
		next string // before and after the path
		rest string
	}{
		"users.json":    {"[{a: 1}]\n", 1, "sed -n 1p ", " | cut -c -300 | cat -v"},
		"a file.csv":    {"id\nx\n", 2, "sed -n 2p ", " | cut -c -300 | cat -v"},
		"empty.json":    {"", 0, "ls -l ", ""},
		"users.csv.gz":  {"\x1f\x8b\x08", 7, "usersync help settings", "-"},
		"users.csv.zst": {"\x28\xb5\x2f\xfd", 7, "usersync help settings", "-"},
		"wide.csv":      {"i\x00d\x00", 1, "usersync help settings", "-"},
		"whole.json":    {"{}", 0, "usersync help settings", "-"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		want := c.next + exit.Quote(path) + c.rest
		if c.rest == "-" {
			want = c.next
		}
		if got := nextForInput(&config.Config{}, []string{path}, &reader.InputError{File: path, Line: c.line, Rule: "is wrong"}); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// A pipe is not opened again: without a writer that would never end.
func TestNextDoesNotWaitForAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if _, err := writer.WriteString(strings.Repeat("x", 512)); err != nil {
		t.Fatal(err)
	}
	if got := nextForInput(&config.Config{}, []string{path}, &reader.InputError{File: path, Line: 1, Rule: "is wrong"}); got != "usersync help settings" {
		t.Error(got)
	}
}
