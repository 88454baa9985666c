package config

import (
	"fmt"
	"strings"
)

const wherefrom = "A flag wins over an environment variable, that over the config file, and that over the default."

// Manual is the text of `usersync help settings`.
func Manual(sections []Section) string {
	var b strings.Builder
	b.WriteString(wherefrom + "\nThe config file is ./" + DefaultFile + " unless --config or USERSYNC_CONFIG names another.\n")
	for _, s := range All(sections) {
		fmt.Fprintf(&b, "\n  %s\n      %s\n", heading(&s), usage(&s))
	}
	b.WriteString("\n  fields:\n      the mapping from our fields to the input's columns: see docs/configuration.md\n")
	return b.String()
}

func heading(s *Setting) string {
	if s.Flag == "" {
		return s.Key + ":"
	}
	return fmt.Sprintf("%s:  --%s  %s", s.Key, s.Flag, s.Env())
}

// ManualTable is the same for docs/configuration.md.
func ManualTable(sections []Section) string {
	var b strings.Builder
	b.WriteString("| key | flag | environment | default | takes | meaning |\n|---|---|---|---|---|---|\n")
	for _, s := range All(sections) {
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

func takes(s *Setting) string {
	if len(s.Words) > 0 {
		return cell(strings.Join(s.Words, ", "))
	}
	switch s.Kind {
	case Bool:
		return "true or false"
	case Secret:
		return "`env:NAME` or `file:PATH` only"
	case List, Files:
		return "one or several " + cell(s.Value)
	case URL, Path, ID:
		return cell(s.Value) + ", `env:NAME` or `file:PATH`"
	}
	return cell(s.Value)
}
