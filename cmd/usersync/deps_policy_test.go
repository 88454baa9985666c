package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/config"
)

// policy says which folders each folder may import.
type policy map[string]map[string]bool

// ban says that importers must not import imported; both are the names in a rule.
type ban struct{ imported, importers []string }

func (b ban) String() string {
	return strings.Join(b.imported, ", ") + " !< " + strings.Join(b.importers, ", ")
}

func parsePolicy(text string) (may policy, never []ban) {
	may = policy{}
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			lines = append(lines, line)
		}
	}
	for rule := range strings.SplitSeq(strings.Join(lines, ""), ";") {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		if left, right, ok := strings.Cut(rule, "!<"); ok {
			never = append(never, ban{names(left), names(right)})
			continue
		}
		chain := strings.Split(rule, "<")
		for i := range chain[1:] {
			may.add(names(chain[i]), names(chain[i+1]))
		}
	}
	may.close()
	return may, never
}

func names(list string) []string {
	var all []string
	for name := range strings.SplitSeq(list, ",") {
		all = append(all, strings.TrimSpace(name))
	}
	return all
}

func (p policy) add(imported, importers []string) {
	for _, to := range importers {
		if p[to] == nil {
			p[to] = map[string]bool{}
		}
		for _, from := range imported {
			p[to][from] = true
		}
	}
}

// forbids reports whether the rule forbids that folder imports imported.
func (b ban) forbids(folder, imported string) bool {
	in := func(list []string, folder string) bool {
		excepted := slices.Contains(list, "NOT "+folder)
		return !excepted && slices.ContainsFunc(list, func(name string) bool { return within(folder, name) })
	}
	return in(b.importers, folder) && in(b.imported, imported)
}

// within reports whether a name in a rule includes the folder.
func within(folder, name string) bool {
	root, all := strings.CutSuffix(name, "/...")
	return folder == root || all && strings.HasPrefix(folder, root+"/")
}

// close adds what is allowed indirectly.
func (p policy) close() {
	for grown := true; grown; {
		grown = false
		for _, allowed := range p {
			before := len(allowed)
			for _, by := range slices.Collect(maps.Keys(allowed)) {
				maps.Copy(allowed, p[by])
			}
			grown = grown || len(allowed) > before
		}
	}
}

// lists are the folders that each folder may import.
func (p policy) lists() map[string][]string {
	all := map[string][]string{}
	for folder, allowed := range p {
		all[folder] = slices.DeleteFunc(slices.Sorted(maps.Keys(allowed)), func(name string) bool { return name == "NONE" })
	}
	return all
}

// violations compares what each folder imports with the policy.
func violations(imports map[string][]string, may policy, never []ban) []string {
	var found []string
	for _, folder := range slices.Sorted(maps.Keys(imports)) {
		if may[folder] == nil {
			found = append(found, folder+" is in no rule")
		}
		for _, i := range imports[folder] {
			if !may[folder][i] || slices.ContainsFunc(never, func(b ban) bool { return b.forbids(folder, i) }) {
				found = append(found, folder+" imports "+i)
			}
		}
	}
	return found
}

// linesOf maps each folder to its line in the order, from 1.
func linesOf(order string) map[string]int {
	at, n := map[string]int{}, 0
	for line := range strings.Lines(order) {
		n++
		for _, folder := range strings.Fields(line) {
			at[folder] = n
		}
	}
	return at
}

// upward lists the imports that break the order.
func upward(imports map[string][]string, order string) []string {
	var found []string
	at := linesOf(order)
	for _, folder := range slices.Sorted(maps.Keys(imports)) {
		for _, i := range imports[folder] {
			if at[i] == 0 || at[i] >= at[folder] {
				found = append(found, folder+" imports "+i+", which is not above it in the order")
			}
		}
	}
	return found
}

// missing lists the folders of the order that do not exist.
func missing(imports map[string][]string, order string) []string {
	var found []string
	for _, folder := range slices.Sorted(maps.Keys(linesOf(order))) {
		if _, there := imports[folder]; !there {
			found = append(found, folder+" is in the order and does not exist")
		}
	}
	return found
}

// importsOf reads the imports between the folders of the module at root, without those
// of tests.
func importsOf(t *testing.T, root string) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	module := strings.TrimSuffix(reflect.TypeFor[config.Config]().PkgPath(), "cmd/usersync/internal/config")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir // as the go command does
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		imports[folder] = imports[folder][:len(imports[folder]):len(imports[folder])]
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if ours, ok := strings.CutPrefix(name, module); ok && !slices.Contains(imports[folder], ours) {
				imports[folder] = append(imports[folder], ours)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}
