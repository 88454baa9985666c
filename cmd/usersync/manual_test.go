package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
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
		text := head + tableBegin + config.ManualTable(connect.Sections()) + tableEnd + tail
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != config.ManualTable(connect.Sections()) {
		t.Errorf("%s differs from the code; run go test ./cmd/usersync -update", path)
	}
	for _, m := range exit.Meanings() {
		if !strings.Contains(tail, m.Text) {
			t.Errorf("%s does not explain exit code %d as the program does", path, m.Code)
		}
	}
}
