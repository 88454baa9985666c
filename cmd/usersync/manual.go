package main

import (
	"fmt"
	"strings"
)

const wherefrom = "A flag wins over an environment variable, that over the config file, and that over the default."

// settingsText is the text of `usersync help settings`.
func settingsText() string {
	var b strings.Builder
	b.WriteString(wherefrom + "\nThe config file is ./" + defaultConfig + " unless --config or USERSYNC_CONFIG names another.\n")
	for _, s := range settings() {
		fmt.Fprintf(&b, "\n  %s\n      %s\n", heading(&s), usage(&s))
	}
	b.WriteString("\n  fields:\n      the mapping from our fields to the input's columns: see docs/configuration.md\n")
	return b.String()
}

func heading(s *setting) string {
	if s.flag == "" {
		return s.key + ":"
	}
	return fmt.Sprintf("%s:  --%s  %s", s.key, s.flag, s.env())
}

// settingsTable is the same for docs/configuration.md.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("| key | flag | environment | default | takes | meaning |\n|---|---|---|---|---|---|\n")
	for _, s := range settings() {
		flag := ""
		if s.flag != "" {
			flag = "--" + s.flag
		}
		row := []string{code(s.key), code(flag), code(s.env()), code(s.def), takes(&s), cell(s.use)}
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

func takes(s *setting) string {
	if len(s.words) > 0 {
		return cell(strings.Join(s.words, ", "))
	}
	switch s.kind {
	case toggle:
		return "true or false"
	case secret:
		return "`env:NAME` or `file:PATH` only"
	case list:
		return "one or several " + cell(s.value)
	case link, path, name:
		return cell(s.value) + ", `env:NAME` or `file:PATH`"
	}
	return cell(s.value)
}
