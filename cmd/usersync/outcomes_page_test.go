package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/user"
	"usersync/writer/codes"
)

// TestOutcomesPage compares docs/outcomes.md with the code.
func TestOutcomesPage(t *testing.T) {
	matchPage(t, "outcomes.md", outcomesPage())
}

// matchPage compares a generated page of docs with what the code makes now, or writes it.
func matchPage(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != want {
		t.Errorf("%s differs from the code; run go test ./cmd/usersync -update", path)
	}
}

const outcomesIntro = `# Outcomes, codes and the columns of results

<!-- this page is made by go test ./cmd/usersync -update, from writer/codes -->

Every record that a run reads is one line of ` + "`results.csv`" + ` or ` + "`results.jsonl`" + `, with one of nine outcomes. ` + "`code`" + ` says why in one word. ` + "`usersync help CODE`" + `
prints what this page says about a code, and ` + "`usersync help codes`" + ` lists them all.

## Outcomes

`

func outcomesPage() string {
	var b strings.Builder
	b.WriteString(outcomesIntro)
	b.WriteString("| outcome | meaning | what to do |\n|---|---|---|\n")
	for _, o := range codes.Outcomes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Status, cell(o.Meaning), cell(o.Do))
	}
	b.WriteString("\n## The columns of results\n\n| column | meaning |\n|---|---|\n")
	for _, c := range codes.Columns() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, cell(c.Meaning))
	}
	b.WriteString("\n## Codes\n\nA code that is not here is one of the API: its reference explains it. The summary counts codes; after 1,000 different ones\n" +
		"of one outcome it counts the rest as `other`. The table of calls counts answers by status or code, and `ok`.\n")
	for _, g := range codes.Groups() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n| code | meaning | what to do | does a retry help? |\n|---|---|---|---|\n", g.Title, g.About)
		for _, e := range g.Entries {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", e.Code, cell(e.Meaning), cell(e.Do), e.Retry)
		}
	}
	return b.String()
}

// The page explains each outcome and each column that there is, in order.
func TestOutcomesPageIsWhole(t *testing.T) {
	var statuses []user.Status
	for _, o := range codes.Outcomes() {
		statuses = append(statuses, o.Status)
	}
	if !slices.Equal(statuses, user.Statuses[:]) {
		t.Errorf("explained are the outcomes %v", statuses)
	}
	columns := make([]string, 0, 14)
	for _, c := range codes.Columns() {
		columns = append(columns, c.Name)
	}
	story, err := os.ReadFile(filepath.Join("..", "..", "writer", "results_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(story), `resultsHeader = "`+strings.Join(columns, ",")+`\n"`) {
		t.Errorf("explained are the columns %v", columns)
	}
}

// Flags, settings and commands that the texts about codes name exist.
func TestCodesNameWhatExists(t *testing.T) {
	flags := map[string]bool{}
	keys := map[string]bool{}
	for _, s := range config.Schema(connect.Sections()).Settings {
		flags["--"+s.Flag] = true
		keys[s.Key] = true
		keys[s.Key[strings.LastIndex(s.Key, ".")+1:]] = true
	}
	for _, c := range codes.Columns() {
		keys[c.Name] = true
	}
	for _, flag := range []string{"--connect", "--absent", "--remote"} { // of single commands
		flags[flag] = true
	}
	var texts []string
	for _, o := range codes.Outcomes() {
		texts = append(texts, o.Do, o.Meaning)
	}
	for _, e := range codes.All() {
		texts = append(texts, e.Do, e.Meaning)
	}
	for _, text := range texts {
		for _, flag := range regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(text, -1) {
			if !flags[flag] {
				t.Errorf("there is no %s: %s", flag, text)
			}
		}
		for _, m := range regexp.MustCompile("`([a-z_.]+)(: ?[a-z]*)?`").FindAllStringSubmatch(text, -1) {
			if !keys[m[1]] && !slices.Contains(notSettings, m[1]) {
				t.Errorf("there is no setting %s: %s", m[1], text)
			}
		}
	}
}

// notSettings are keys of the mapping and of calls in custom:, fields, and parts of codes.
var notSettings = []string{
	"fields", "value", "expr", "empty", "results", "errors", "count", "custom", "key", "auth", "rejects", "split", "join", "create", "update",
	"max_bytes", "enrolled_rewards", "deadline_at", "attributes.", "bad_", "_usersync_run", "_usersync_raw", "uniqueness", "reactivate",
}
