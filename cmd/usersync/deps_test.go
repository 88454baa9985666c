package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// depsRules is a statement of policy: who may import whom, by folder.
//
// "a < b" means that b may import a and all that a may import. "a !< b" means
// that b must not, whatever the other lines say. A folder that is on no line
// may not exist. Do not change these lines to make a build pass.
const depsRules = `
	NONE < sync/guard, sync/user, sync/pace, sync/sandbox, reader/source, writer/rundir;

	sync/user < reader/mapping, sync/destination, sync/ledger, sync/journal, writer;
	sync/user, reader/mapping, reader/source < reader;

	# What is made of outcomes knows how they are written; the writer knows none of it.
	sync/user, writer < writer/report < writer/progress, writer/verify < cmd/usersync;
	writer/progress !< writer/verify;

	sync/destination
	< sync/destination/rest
	< sync/destination/kard;
	sync/destination/rest < sync/destination/konstantly < cmd/usersync;
	sync/destination/rest < sync/destination/scim < cmd/usersync;

	sync/destination/rest < sync/destination/onbo < cmd/usersync;
	sync/destination/rest < sync/destination/custom < cmd/usersync;
	sync/sandbox < sync/sandbox/shapes < cmd/usersync;
	sync/sandbox, sync/sandbox/shapes !< sync/destination/custom;
	sync/destination, sync/destination/rest, sync/destination/kard, sync/destination/custom !< sync/sandbox/shapes;
	sync/destination/custom !< sync/sandbox, sync/destination/kard;
	sync/destination/kard !< sync/destination/custom;

	# What tests a client knows none, nor a rehearsal: the client's own test hands them in.
	sync/user, sync/destination < sync/destination/destinationtest;

	# The engine has interfaces for what it is given.
	sync/user, sync/destination, sync/guard < sync/engine;

	# The server knows no API but its first; the others are handed in.
	sync/sandbox < sync/sandbox/onbo, sync/sandbox/konstantly, sync/sandbox/scim, sync/sandbox/shapes < cmd/usersync;

	# The edge ties everything together.
	reader, writer, writer/rundir, sync/engine, sync/pace, sync/ledger, sync/journal, sync/sandbox, sync/destination/kard
	< cmd/usersync;

	# What a command leaves with: words and exit codes, and no rule.
	reader/mapping < cmd/usersync/internal/exit < cmd/usersync;

	# A misreading of an API must not be able to agree with itself.
	sync/sandbox, sync/sandbox/onbo, sync/sandbox/konstantly, sync/sandbox/scim, sync/sandbox/shapes
	!< sync/destination, sync/destination/rest, sync/destination/kard, sync/destination/onbo,
	   sync/destination/konstantly, sync/destination/scim, sync/destination/custom;
	sync/destination, sync/destination/rest, sync/destination/kard, sync/destination/onbo,
	sync/destination/konstantly, sync/destination/scim, sync/destination/custom
	!< sync/sandbox, sync/sandbox/onbo, sync/sandbox/konstantly, sync/sandbox/scim, sync/sandbox/shapes;
`

// policy holds which folders a folder may import.
type policy map[string]map[string]bool

func parsePolicy(t *testing.T, text string) (may, never policy) {
	t.Helper()
	may, never = policy{}, policy{}
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
			never.add(names(left), names(right))
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

// close adds what is allowed by way of another.
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

// violations compares what each folder imports with the policy.
func violations(imports map[string][]string, may, never policy) []string {
	var found []string
	for _, folder := range slices.Sorted(maps.Keys(imports)) {
		if may[folder] == nil {
			found = append(found, folder+" stands in no rule")
		}
		for _, i := range imports[folder] {
			if !may[folder][i] || never[folder][i] {
				found = append(found, folder+" imports "+i)
			}
		}
	}
	return found
}

// importsOf reads the imports between the folders of the module at root,
// tests left out.
func importsOf(t *testing.T, root string) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
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
			if ours, ok := strings.CutPrefix(name, "usersync/"); ok && !slices.Contains(imports[folder], ours) {
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

func TestImportsKeepThePolicy(t *testing.T) {
	may, never := parsePolicy(t, depsRules)
	imports := importsOf(t, filepath.Join("..", ".."))
	if !slices.Contains(imports["cmd/usersync"], "sync/user") {
		t.Fatal("the test does not see that this package imports sync/user")
	}
	for _, v := range violations(imports, may, never) {
		t.Error(v)
	}
}

func TestPolicyFindsWhatItForbids(t *testing.T) {
	may, never := parsePolicy(t, depsRules)
	for folder, imported := range map[string]string{
		"sync/destination/kard": "sync/sandbox",
		"sync/user":             "sync/destination",
		"reader":                "writer",
		"writer":                "sync/engine",
		"sync/engine":           "sync/pace",
		"sync/sandbox":          "sync/sandbox/scim",
		"sync/sandbox/scim":     "sync/destination/rest",
		"sync/sandbox/shapes":   "sync/sandbox/onbo",
		"sync/ledger":           "sync/destination/destinationtest",
		"sync/util":             "",
	} {
		var list []string
		if imported != "" {
			list = []string{imported}
		}
		if len(violations(map[string][]string{folder: list}, may, never)) == 0 {
			t.Errorf("%s may import %q", folder, imported)
		}
	}
	fine := map[string][]string{"sync/destination/kard": {"sync/user", "sync/destination", "sync/destination/rest"}}
	if found := violations(fine, may, never); len(found) > 0 {
		t.Error(found)
	}
}
