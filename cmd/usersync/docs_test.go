package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/writer/codes"
)

// pages are the documents of the repository, by their path in it.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = readText(t, path)
		}
	}
	return found
}

// The index of the documentation names every page, and each link leads to a file and a
// heading that are there.
func TestDocsAreLinked(t *testing.T) {
	all := pages(t)
	for name := range all {
		if dir, page := filepath.Split(name); dir == "docs/" && page != "README.md" && !strings.Contains(all["docs/README.md"], "("+page+")") {
			t.Errorf("docs/README.md does not name %s", page)
		}
	}
	for name, text := range all {
		for _, m := range regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`).FindAllStringSubmatch(text, -1) {
			path := filepath.Join(filepath.Dir(name), m[1])
			if m[1] == "" {
				path = name
			}
			if _, err := os.Stat(filepath.Join("..", "..", path)); err != nil {
				t.Errorf("%s: there is no %s", name, m[1])
			}
			if heading := strings.TrimPrefix(m[2], "#"); heading != "" && !hasHeading(all[path], heading) {
				t.Errorf("%s: %s has no heading #%s", name, path, heading)
			}
		}
	}
}

func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(text) {
		title := strings.TrimLeft(line, "#")
		if title != line && anchorOf(title) == anchor {
			return true
		}
	}
	return false
}

// anchorOf is how a heading is addressed: lower case, blanks as dashes, no punctuation.
func anchorOf(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}

// The questions name only flags and codes that exist.
func TestQuestionsNameWhatExists(t *testing.T) {
	flags := map[string]bool{"--connect": true, "--absent": true, "--remote": true, "--profile": true, "--auth": true, "--api": true, "--all": true, "--config": true}
	for _, s := range config.Schema(connect.Sections()).Settings {
		flags["--"+s.Flag] = true
	}
	for _, name := range []string{"docs/faq.md", "docs/glossary.md", "docs/tutorial.md", "docs/custom-walk.md"} {
		text := pages(t)[name]
		for _, flag := range regexp.MustCompile(`--[a-z][a-z-]+`).FindAllString(text, -1) {
			if !flags[flag] {
				t.Errorf("%s: there is no %s", name, flag)
			}
		}
		if name != "docs/faq.md" {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z]+_[a-z_]+)`").FindAllStringSubmatch(text, -1) {
			_, isCode := codes.Lookup(m[1])
			_, isSetting := config.Schema(connect.Sections()).Find(m[1])
			if !isCode && !isSetting && m[1] != "in_doubt" {
				t.Errorf("%s: %s is neither a code nor a setting", name, m[1])
			}
		}
	}
}
