// Command module gives the module another path: in go.mod, in the imports, and in
// strings that name one of its packages. You need this to publish the module, so that
// `go install` finds it.
//
// Run it in the root of the module: make module PATH=example.com/you/usersync.
// Running it again with the same path changes only what a merge has brought in under
// the first path. An error leaves all files as they were, unless it comes from
// writing them.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// firstPath is the path of the module where it is developed.
const firstPath = "usersync"

func main() {
	changed, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "module:", err)
		os.Exit(1)
	}
	fmt.Printf("%d files changed\n", changed)
}

// run returns how many files it changed.
func run(args []string) (int, error) {
	if len(args) != 1 || args[0] == "" {
		return 0, errors.New("give the new path: make module PATH=example.com/you/usersync")
	}
	old, err := modulePath("go.mod")
	if err != nil {
		return 0, err
	}
	r := renaming{from: []string{old, firstPath}, to: args[0], packages: map[string]bool{}, files: map[string][]byte{}}
	for _, step := range []func() error{r.find, r.rewriteModules, r.rewriteImports, r.write} {
		if err := step(); err != nil {
			return 0, err
		}
	}
	return len(r.files), nil
}

// renaming is a change of the module's path.
type renaming struct {
	from     []string
	to       string
	sources  []string          // the Go files
	modules  []string          // the go.mod files, those of tools too
	packages map[string]bool   // the folders that hold Go files
	files    map[string][]byte // what is to be written
}

// find looks for what may have to be changed.
func (r *renaming) find() error {
	return filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "vendor"):
			return filepath.SkipDir
		case d.Name() == "go.mod":
			r.modules = append(r.modules, name)
		case d.Type().IsRegular() && path.Ext(name) == ".go":
			r.sources = append(r.sources, name)
			r.packages[filepath.ToSlash(filepath.Dir(name))] = true
		}
		return nil
	})
}

// rewriteModules lets the go command write the new path: it knows which are valid.
func (r *renaming) rewriteModules() error {
	for _, name := range r.modules {
		old, err := modulePath(name)
		if err != nil {
			return err
		}
		below, ours := r.below(old + "/")
		to := strings.TrimSuffix(r.to+"/"+below, "/")
		if !ours || old == to {
			continue
		}
		if r.files[name], err = edited(name, r.from[0], r.to, to); err != nil {
			return err
		}
	}
	return nil
}

// edited is a go.mod file with another path, which requires the module of the root by its new
// path.
func edited(name, from, root, to string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "module")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	scratch := filepath.Join(dir, "go.mod")
	if err := os.WriteFile(scratch, text, 0o600); err != nil {
		return nil, err
	}
	flags := []string{"mod", "edit", "-module=" + to}
	if bytes.Contains(text, []byte("\nreplace "+from+" => ../..\n")) { // it uses packages of ours
		flags = append(flags, "-droprequire="+from, "-dropreplace="+from, "-require="+root+"@v0.0.0", "-replace="+root+"=../..")
	}
	if out, err := exec.Command("go", append(flags, scratch)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %s", name, bytes.TrimSpace(out))
	}
	return os.ReadFile(scratch)
}

func modulePath(name string) (string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("%w; run this in the root of the module", err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(rest), nil
		}
	}
	return "", fmt.Errorf("%s names no module", name)
}

func (r *renaming) rewriteImports() error {
	for _, name := range r.sources {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rewritten, err := r.rewrite(name, text)
		if err != nil {
			return err
		}
		if !bytes.Equal(text, rewritten) {
			r.files[name] = rewritten
		}
	}
	return nil
}

// below is what comes after one of the old paths.
func (r *renaming) below(name string) (string, bool) {
	for _, from := range r.from {
		if rest, ours := strings.CutPrefix(name, from+"/"); ours {
			return rest, true
		}
	}
	return "", false
}

// rewrite changes the string literals that are the path of one of the packages, and
// sorts imports as gofmt does. A file without any is returned unchanged.
func (r *renaming) rewrite(name string, text []byte) ([]byte, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	done := 0
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		value, _ := strconv.Unquote(literal.Value) // the parser took it
		if below, ours := r.below(value); ours && r.packages[below] {
			at := set.Position(literal.Pos()).Offset
			quote := literal.Value[:1]
			out.Write(text[done:at])
			out.WriteString(quote + r.to + "/" + below + quote)
			done = at + len(literal.Value)
		}
		return true
	})
	if done == 0 {
		return text, nil
	}
	out.Write(text[done:])
	return format.Source(out.Bytes())
}

func (r *renaming) write() error {
	for name, text := range r.files {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, text, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return nil
}
