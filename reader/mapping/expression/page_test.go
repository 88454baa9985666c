package expression_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/parser/operator"

	"usersync/reader/mapping/expression"
	"usersync/sync/user"
)

// pageRow is a row of a table in docs/expressions.md: cells without the backquotes.
type pageRow []string

// page is docs/expressions.md: the rows of its tables by heading, and the record in JSON.
func page(t *testing.T) (map[string][]pageRow, string) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	tables, heading := map[string][]pageRow{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			heading = title
		}
		if strings.HasPrefix(line, "| ") {
			tables[heading] = append(tables[heading], cells(line))
		}
	}
	_, object, _ := strings.Cut(string(text), "```json\n")
	object, _, _ = strings.Cut(object, "\n```")
	return tables, object
}

func cells(line string) pageRow {
	line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00")
	var row pageRow
	for cell := range strings.SplitSeq(line, "|") {
		cell = strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|")
		row = append(row, strings.TrimSuffix(strings.TrimPrefix(cell, "`"), "`"))
	}
	return row
}

// sample is a row that an example can use.
type sample struct {
	header []string
	cells  []user.Value
	typed  bool
}

// samples are the two rows of the page: one of CSV, one of JSON Lines.
func samples(t *testing.T, tables map[string][]pageRow, object string) []sample {
	t.Helper()
	seen := tables["What an expression sees"]
	var keys map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &keys); err != nil || len(seen) != 2 {
		t.Fatalf("the page has no two samples: %v", err)
	}
	csv, lines := sample{header: seen[0]}, sample{header: slices.Sorted(maps.Keys(keys)), typed: true}
	for _, cell := range seen[1] {
		csv.cells = append(csv.cells, user.TextValue(cell))
	}
	for _, key := range lines.header {
		lines.cells = append(lines.cells, user.JSONValue(string(keys[key])))
	}
	return []sample{csv, lines}
}

// result runs an expression on the first sample that has its columns.
func result(t *testing.T, text string, samples []sample) string {
	t.Helper()
	var failed error
	for _, s := range samples {
		env := expression.NewEnvironment(s.header, s.typed, func(_ int, v user.Value) user.Value { return v })
		program, wrong := env.Compile(text)
		if wrong != nil {
			failed = wrong
			continue
		}
		env.Set(s.cells)
		out, err := env.Run(program)
		if err != nil {
			return err.Error()
		}
		encoded, err := json.Marshal(out)
		if err != nil {
			return err.Error()
		}
		return string(encoded)
	}
	return failed.Error()
}

// Every example of the page gives the result that the page shows.
func TestPageExamples(t *testing.T) {
	tables, object := page(t)
	rows := samples(t, tables, object)
	for heading, table := range tables {
		for _, row := range table {
			if len(row) != 4 || row[1] == "example" || strings.HasPrefix(row[1], "---") {
				continue
			}
			if got := result(t, row[1], rows); got != row[2] {
				t.Errorf("%s: %s gives %s, the page shows %s", heading, row[1], got, row[2])
			}
		}
	}
	for _, row := range tables["Recipes"][1:] {
		if got := result(t, row[1], rows); !json.Valid([]byte(got)) {
			t.Errorf("the recipe %s: %s", row[1], got)
		}
	}
}

// The page has an example of every function and every operator, and of no other.
func TestPageIsWhole(t *testing.T) {
	tables, _ := page(t)
	var shown []string
	for _, heading := range []string{"Functions of usersync", "Texts", "Numbers", "Lists and objects"} {
		for _, row := range tables[heading][1:] {
			if !regexp.MustCompile(`\b` + row[0] + `\(`).MatchString(row[1]) {
				t.Errorf("the example of %s does not call it: %s", row[0], row[1])
			}
			shown = append(shown, row[0])
		}
	}
	slices.Sort(shown)
	callable := expression.Callable()
	slices.Sort(callable)
	if shown = slices.Compact(shown); !slices.Equal(shown, callable) {
		t.Errorf("the page shows\n%s\nand an expression can call\n%s", shown, callable)
	}
	barred := tables["Not available"]
	for name := range builtin.Index {
		if !slices.Contains(callable, name) && !slices.ContainsFunc(barred, func(row pageRow) bool { return row[0] == name }) {
			t.Errorf("the page does not say that %s is not available", name)
		}
	}
	operators := map[string]bool{}
	for _, row := range tables["Operators"][1:] {
		operators[row[0]] = true
	}
	for _, known := range []map[string]operator.Operator{operator.Binary, operator.Unary} {
		for name := range known {
			if !operators[name] {
				t.Errorf("the page does not show the operator %s", name)
			}
		}
	}
}
