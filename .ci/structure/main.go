// Command structure prints the figures by which the shape of the code is
// judged: sizes of packages, files and functions, the largest struct, the type
// with the most methods, and exported functions without a doc comment.
//
// Tests are left out. Run it in the root of the module: go run ./.ci/structure
package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// figures is everything that is counted, by name.
type figures struct {
	packages, files, functions map[string]int // lines
	structs                    map[string]int // fields
	methods                    map[string]int // methods of a type
	exported                   int
	undocumented               []string           // exported functions without a doc comment
	tests                      map[string]*sleeps // by package
}

func main() {
	f, err := read(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "structure:", err)
		os.Exit(1)
	}
	f.print()
	if slices.Contains(os.Args[1:], "-undocumented") {
		fmt.Println(strings.Join(f.undocumented, "\n"))
	}
	if slices.Contains(os.Args[1:], "-sleeps") {
		_, outside := f.sleeps()
		fmt.Println(strings.Join(outside, "\n"))
	}
}

// read counts what is in the module at root.
func read(root string) (*figures, error) {
	f := &figures{packages: map[string]int{}, files: map[string]int{}, functions: map[string]int{}, structs: map[string]int{}, methods: map[string]int{}, tests: map[string]*sleeps{}}
	for _, folder := range []string{"cmd", "sync", "reader", "writer"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			return f.file(path, name)
		})
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

// file counts what is in the file at path, which is shown as name.
func (f *figures) file(path, name string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, path, text, parser.ParseComments)
	if err != nil {
		return err
	}
	pkg := filepath.ToSlash(filepath.Dir(name))
	if strings.HasSuffix(path, "_test.go") {
		if f.tests[pkg] == nil {
			f.tests[pkg] = &sleeps{}
		}
		f.tests[pkg].add(parsed)
		return nil
	}
	lines := strings.Count(string(text), "\n")
	f.files[name] = lines
	f.packages[pkg] += lines
	f.declarations(set, pkg, parsed)
	return nil
}

// sleeps returns how often tests call time.Sleep, and the functions that may do so outside a
// bubble of testing/synctest, once for each call.
func (f *figures) sleeps() (all int, outside []string) {
	for pkg, s := range f.tests {
		n, names := s.count()
		all += n
		for _, name := range names {
			outside = append(outside, pkg+"."+name)
		}
	}
	slices.Sort(outside)
	return all, outside
}

func (f *figures) declarations(set *token.FileSet, pkg string, file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			f.function(set, pkg, d)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if t, ok := s.(*ast.TypeSpec); ok {
					f.typed(pkg, t)
				}
			}
		}
	}
}

func (f *figures) function(set *token.FileSet, pkg string, d *ast.FuncDecl) {
	name := pkg + "." + d.Name.Name
	exported := d.Name.IsExported()
	if d.Recv != nil {
		receiver := receiverOf(d.Recv.List[0].Type)
		f.methods[pkg+"."+receiver]++
		name = pkg + "." + receiver + "." + d.Name.Name
		exported = exported && ast.IsExported(receiver)
	}
	f.functions[name] = set.Position(d.End()).Line - set.Position(d.Pos()).Line + 1
	if exported {
		f.exported++
		if d.Doc == nil {
			f.undocumented = append(f.undocumented, name)
		}
	}
}

func receiverOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverOf(e.X)
	case *ast.IndexExpr: // T[K]
		return receiverOf(e.X)
	case *ast.IndexListExpr: // T[K, V]
		return receiverOf(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

func (f *figures) typed(pkg string, t *ast.TypeSpec) {
	s, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	n := 0
	for _, field := range s.Fields.List {
		n += max(1, len(field.Names))
	}
	f.structs[pkg+"."+t.Name.Name] = n
}

func (f *figures) print() {
	fmt.Printf("lines in package main          %d\n", f.packages["cmd/usersync"])
	fmt.Printf("packages                       %d\n", len(f.packages))
	fmt.Printf("package median / p90           %d / %d\n", quantile(f.packages, 50), quantile(f.packages, 90))
	fmt.Printf("file median / p90              %d / %d\n", quantile(f.files, 50), quantile(f.files, 90))
	fmt.Printf("function median / p90          %d / %d\n", quantile(f.functions, 50), quantile(f.functions, 90))
	fmt.Printf("exported functions undocumented %d of %d\n", len(f.undocumented), f.exported)
	all, outside := f.sleeps()
	fmt.Printf("time.Sleep in tests            %d, outside a synctest bubble %d\n", all, len(outside))
	top("largest packages (lines)", f.packages, 6)
	top("largest files (lines)", f.files, 4)
	top("longest functions (lines)", f.functions, 4)
	top("largest structs (fields)", f.structs, 8)
	top("most methods on a type", f.methods, 6)
}

func quantile(counts map[string]int, percent int) int {
	var all []int
	for _, n := range counts {
		all = append(all, n)
	}
	slices.Sort(all)
	return all[(len(all)-1)*percent/100]
}

func top(title string, counts map[string]int, n int) {
	type row struct {
		name  string
		count int
	}
	var rows []row
	for name, count := range counts {
		rows = append(rows, row{name, count})
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(b.count-a.count, strings.Compare(a.name, b.name)) })
	fmt.Println(title)
	for _, r := range rows[:min(n, len(rows))] {
		fmt.Printf("  %6d  %s\n", r.count, r.name)
	}
}
