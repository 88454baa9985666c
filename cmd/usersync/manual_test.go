package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/exit"
)

var update = flag.Bool("update", false, "write the generated parts of docs anew")

const (
	tableBegin = "<!-- the table is made by go test ./cmd/usersync -update -->\n"
	tableEnd   = "<!-- end of the table -->\n"
)

// TestManualHasEverySetting holds docs/configuration.md to the code.
func TestManualHasEverySetting(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "configuration.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), tableBegin)
	table, tail, closed := strings.Cut(rest, tableEnd)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", path)
	}
	if *update {
		text := head + tableBegin + settingsTable() + tableEnd + tail
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != settingsTable() {
		t.Errorf("%s differs from the code; run go test ./cmd/usersync -update", path)
	}
	for _, m := range exit.Meanings() {
		if !strings.Contains(tail, m.Text) {
			t.Errorf("%s does not explain exit code %d as the program does", path, m.Code)
		}
	}
}

func TestSettingsAreWhole(t *testing.T) {
	keys, flags := map[string]bool{}, map[string]bool{}
	for _, s := range settings() {
		if keys[s.key] || s.flag != "" && flags[s.flag] {
			t.Errorf("%s stands twice", s.key)
		}
		keys[s.key], flags[s.flag] = true, true
		if s.use == "" || s.set == nil {
			t.Errorf("%s is not explained or not kept", s.key)
		}
		if s.kind == secret && s.flag != "" {
			t.Errorf("%s is a secret and has a flag, which everybody on the machine can read", s.key)
		}
		if s.def != "" {
			if err := s.check(&config{}, s.def); err != nil {
				t.Errorf("%s refuses its own default: %v", s.key, err)
			}
		}
	}
}
