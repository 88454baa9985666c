package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/terminal"
)

// Each key that the program logs is in docs/logs.md, and each key there is logged.
func TestLogsPage(t *testing.T) {
	t.Parallel()
	logged := map[string]bool{}
	for _, key := range lineKeys(t) {
		logged[key] = true
	}
	for _, tree := range []string{".", "../../sync", "../../reader", "../../writer"} {
		err := filepath.WalkDir(tree, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				keysIn(t, path, logged)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "logs.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(string(page), -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			documented[name[1]] = true
		}
	}
	if len(logged) < 20 {
		t.Errorf("only these keys were found: %q", slices.Sorted(maps.Keys(logged)))
	}
	for key := range logged {
		if !documented[key] {
			t.Errorf("%s is logged, and docs/logs.md does not name it", key)
		}
	}
	for key := range documented {
		if !logged[key] {
			t.Errorf("docs/logs.md names %s, which is not logged", key)
		}
	}
}

// lineKeys returns the keys that every line has.
func lineKeys(t *testing.T) (keys []string) {
	t.Helper()
	var out strings.Builder
	log, err := terminal.NewLog(&out, "json", "info")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("x")
	for _, key := range regexp.MustCompile(`"([a-z_]+)":`).FindAllStringSubmatch(out.String(), -1) {
		keys = append(keys, key[1])
	}
	return keys
}

// keysIn adds the keys of the fields that a file makes: the first argument of each function of
// zap that takes one.
func keysIn(t *testing.T, path string, logged map[string]bool) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		of, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := of.X.(*ast.Ident)
		if !ok || pkg.Name != "zap" {
			return true
		}
		switch name := of.Sel.Name; {
		case name == "Error":
			logged["error"] = true
		case len(call.Args) < 2 || name == "New":
		default:
			key, ok := call.Args[0].(*ast.BasicLit)
			if !ok || key.Kind != token.STRING {
				t.Errorf("%s: the key of zap.%s is not a literal, so that no test can compare it with docs/logs.md", fset.Position(call.Pos()), name)
				return true
			}
			text, err := strconv.Unquote(key.Value)
			logged[text] = err == nil
		}
		return true
	})
}
