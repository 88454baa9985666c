package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// describe says in a few words how a run ended.
func (c cell) describe(t *testing.T, o execution) string {
	t.Helper()
	n := map[string]int{}
	for _, r := range c.outcomes(t, o) {
		what := r.outcome
		if r.code != "" {
			what += " `" + r.code + "`"
		}
		n[what]++
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[what], what))
	}
	if len(parts) == 0 {
		parts = append(parts, "stopped")
	}
	return fmt.Sprintf("%s · %d", strings.Join(parts, ", "), o.exit)
}

// draw writes the results of a destination as a table.
func (d destination) draw(to *strings.Builder, gave map[string]*string) {
	fmt.Fprintf(to, "\n\n**%s**\n\n| fault | strikes | %s |\n|---|---|%s\n", d.name, strings.Join(d.ops, " | "), strings.Repeat("---|", len(d.ops)))
	for _, tr := range d.troubles() {
		cells, any := []string{tr.name, tr.where}, false
		for _, op := range d.ops {
			text := ""
			if out := gave[d.name+op+tr.name+tr.where]; out != nil {
				text, any = *out, true
			}
			cells = append(cells, text)
		}
		if any {
			fmt.Fprintf(to, "| %s |\n", strings.Join(cells, " | "))
		}
	}
}
