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
	"usersync/cmd/usersync/internal/setting"
)

var update = flag.Bool("update", false, "rewrite the generated parts of docs")

const (
	tableBegin = "<!-- the table is made by go test ./cmd/usersync -update -->\n"
	tableEnd   = "<!-- end of the table -->\n"
)

// TestManualHasEverySetting compares docs/configuration.md with the code.
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

// settingsTable is the table of docs/configuration.md.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("| key | flag | environment | default | takes | meaning |\n|---|---|---|---|---|---|\n")
	for _, s := range config.Schema(connect.Sections()).Settings {
		flag := ""
		if s.Flag != "" {
			flag = "--" + s.Flag
		}
		row := []string{code(s.Key), code(flag), code(s.Env()), code(s.Default), takes(&s), cell(s.Use)}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return b.String()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func takes(s *setting.Setting) string {
	if len(s.Words) > 0 {
		return cell(strings.Join(s.Words, ", "))
	}
	switch s.Kind {
	case setting.Bool:
		return "true or false"
	case setting.Secret:
		return "`env:NAME` or `file:PATH` only"
	case setting.List, setting.Files:
		return "one or several " + cell(s.Value)
	case setting.URL, setting.Path, setting.ID:
		return cell(s.Value) + ", `env:NAME` or `file:PATH`"
	}
	return cell(s.Value)
}
