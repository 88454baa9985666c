package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func calls(made map[string]Calls) []string {
	var lines []string
	width := 0
	for _, c := range made {
		width = max(width, len(Thousands(c.Made)))
	}
	for _, kind := range slices.Sorted(maps.Keys(made)) {
		c := made[kind]
		line := fmt.Sprintf("%*s %-6s  %s", width, Thousands(c.Made), kind, met(c))
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

func met(c Calls) string {
	if c.Made > 1 && c.Met["ok"] == c.Made {
		return "all ok"
	}
	var parts []string
	byCount := func(a, b string) int { return c.Met[b] - c.Met[a] }
	for _, what := range slices.SortedStableFunc(slices.Values(slices.Sorted(maps.Keys(c.Met))), byCount) {
		parts = append(parts, Thousands(c.Met[what])+" "+what)
	}
	return strings.Join(parts, ", ")
}
