package codes_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// flow knows, for every variable, field, parameter and result of the program, the
// expressions that are assigned to it.
type flow struct {
	info    map[*types.Package]*types.Info
	sources map[types.Object][]source
	results map[resultOf][]source
	methods map[string][]*types.Func
	fset    *token.FileSet
}

// source is an expression and the function that it is in.
type source struct {
	expr ast.Expr
	nth  int // of the results of a call that gives several
	in   string
	pkg  *types.Package
}

type resultOf struct {
	f *types.Func
	n int
}

// loadFlow reads the program without its tests. changed has new texts of some files.
func loadFlow(t *testing.T, changed map[string][]byte) *flow {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// Not an overlay: with one, every package that imports a changed one is compiled.
	parse := func(files *token.FileSet, name string, text []byte) (*ast.File, error) {
		if other := changed[name]; other != nil {
			text = other
		}
		return parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	}
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
		packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo
	loaded, err := packages.Load(&packages.Config{Mode: mode, Dir: root, ParseFile: parse, BuildFlags: compiledAs()}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	f := &flow{info: map[*types.Package]*types.Info{}, sources: map[types.Object][]source{}, results: map[resultOf][]source{},
		methods: map[string][]*types.Func{}}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			t.Fatal(p.Errors[0])
		}
		if strings.Contains(p.PkgPath, "/sandbox") || strings.Contains(p.PkgPath, "/destinationtest") || strings.Contains(p.PkgPath, "ledgertest") {
			continue // what a mock server says is no code of ours
		}
		f.fset = p.Fset
		f.info[p.Types] = p.TypesInfo
		for _, file := range p.Syntax {
			for _, d := range file.Decls {
				f.declaration(p.Types, p.TypesInfo, d)
			}
		}
	}
	return f
}

// compiledAs are the flags that this test was compiled with. With others, all that it reads
// would be compiled once more.
func compiledAs() (flags []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range info.Settings {
		if s.Key == "-race" || s.Key == "-gcflags" {
			flags = append(flags, s.Key+"="+s.Value)
		}
	}
	return flags
}

func (f *flow) declaration(pkg *types.Package, info *types.Info, d ast.Decl) {
	w := &walk{flow: f, pkg: pkg, info: info}
	fn, isFunc := d.(*ast.FuncDecl)
	if !isFunc {
		w.in = pkg.Path()
		w.visit(d)
		return
	}
	w.fn, _ = info.Defs[fn.Name].(*types.Func)
	w.in = w.fn.FullName()
	if w.fn.Signature().Recv() != nil {
		f.methods[w.fn.Name()] = append(f.methods[w.fn.Name()], w.fn)
	}
	if fn.Body != nil {
		w.visit(fn.Body)
	}
}

// walk reads the body of one function.
type walk struct {
	*flow
	pkg  *types.Package
	info *types.Info
	fn   *types.Func // nil outside functions and in literals
	in   string
}

func (w *walk) source(e ast.Expr, nth int) source { return source{e, nth, w.in, w.pkg} }

func (w *walk) visit(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			inner := *w
			inner.fn = nil
			inner.visit(n.Body)
			return false
		case *ast.AssignStmt:
			w.assign(n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			names := make([]ast.Expr, len(n.Names))
			for i, name := range n.Names {
				names[i] = name
			}
			w.assign(names, n.Values)
		case *ast.RangeStmt:
			w.to(n.Value, source{&ast.IndexExpr{X: n.X}, 0, w.in, w.pkg})
		case *ast.CompositeLit:
			w.literal(n)
		case *ast.CallExpr:
			w.call(n)
		case *ast.ReturnStmt:
			w.returned(n)
		}
		return true
	})
}

func (w *walk) assign(to, from []ast.Expr) {
	for i, e := range to {
		switch {
		case len(from) == len(to):
			w.to(e, w.source(from[i], 0))
		case len(from) == 1:
			w.to(e, w.source(from[0], i))
		}
	}
}

func (w *walk) to(e ast.Expr, s source) {
	if o := w.object(w.info, e); o != nil {
		w.sources[o] = append(w.sources[o], s)
	}
}

func (w *walk) literal(n *ast.CompositeLit) {
	fields, ok := w.info.Types[n].Type.Underlying().(*types.Struct)
	if p, isPointer := w.info.Types[n].Type.Underlying().(*types.Pointer); isPointer {
		fields, ok = p.Elem().Underlying().(*types.Struct)
	}
	if !ok {
		return
	}
	for i, e := range n.Elts {
		if kv, keyed := e.(*ast.KeyValueExpr); keyed {
			w.to(kv.Key, w.source(kv.Value, 0))
		} else {
			w.sources[fields.Field(i)] = append(w.sources[fields.Field(i)], w.source(e, 0))
		}
	}
}

func (w *walk) call(n *ast.CallExpr) {
	switch callee := w.object(w.info, n.Fun).(type) {
	case *types.Func:
		for _, f := range w.implementations(callee) {
			w.pass(n.Args, f.Signature().Params())
		}
	case *types.Var:
		for _, s := range w.sources[callee] {
			if lit, ok := s.expr.(*ast.FuncLit); ok {
				w.pass(n.Args, w.flow.info[s.pkg].Types[lit].Type.(*types.Signature).Params())
			}
		}
	}
}

func (w *walk) pass(args []ast.Expr, params *types.Tuple) {
	for i, arg := range args {
		if i < params.Len() {
			w.sources[params.At(i)] = append(w.sources[params.At(i)], w.source(arg, 0))
		}
	}
}

func (w *walk) returned(n *ast.ReturnStmt) {
	if w.fn == nil {
		return
	}
	for i := range w.fn.Signature().Results().Len() {
		key := resultOf{w.fn, i}
		switch {
		case len(n.Results) == 1:
			w.results[key] = append(w.results[key], w.source(n.Results[0], i))
		case len(n.Results) > 1:
			w.results[key] = append(w.results[key], w.source(n.Results[i], 0))
		}
	}
}

// object is what an expression names; generic ones are the same whatever they are used with.
func (f *flow) object(info *types.Info, e ast.Expr) types.Object {
	var o types.Object
	switch e := e.(type) {
	case *ast.Ident:
		o = info.ObjectOf(e)
	case *ast.SelectorExpr:
		o = info.ObjectOf(e.Sel)
	case *ast.IndexExpr:
		return f.object(info, e.X)
	case *ast.ParenExpr:
		return f.object(info, e.X)
	case *ast.StarExpr:
		return f.object(info, e.X)
	}
	switch o := o.(type) {
	case *types.Var:
		return o.Origin()
	case *types.Func:
		return o.Origin()
	}
	return o
}

// implementations are the functions that a call of callee may reach.
func (f *flow) implementations(callee *types.Func) []*types.Func {
	recv := callee.Signature().Recv()
	if recv == nil || !types.IsInterface(recv.Type()) {
		return []*types.Func{callee}
	}
	return f.methods[callee.Name()]
}

// trace collects the texts that may reach an object. "*" is the part of a text that is
// known only when the program runs; opaque gets the functions where such a text begins.
type trace struct {
	*flow
	seen   map[any]bool
	texts  map[string]string // where each is
	opaque map[string]bool
}

func (t *trace) object(o types.Object) {
	if t.seen[o] {
		return
	}
	t.seen[o] = true
	for _, s := range t.sources[o] {
		t.expr(s, s.expr)
	}
}

func (t *trace) result(f *types.Func, n int) {
	for _, f := range t.implementations(f) {
		key := resultOf{f, n}
		if t.seen[key] {
			continue
		}
		t.seen[key] = true
		if r := f.Signature().Results(); n < r.Len() && r.At(n).Name() != "" {
			t.object(r.At(n))
		}
		for _, s := range t.results[key] {
			t.expr(s, s.expr)
		}
	}
}

func (t *trace) expr(s source, e ast.Expr) {
	info := t.info[s.pkg]
	if v := info.Types[e].Value; v != nil && v.Kind() == constant.String {
		t.text(s, constant.StringVal(v))
		return
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		t.expr(s, e.X)
	case *ast.BinaryExpr:
		t.joined(s, e)
	case *ast.Ident, *ast.SelectorExpr:
		t.named(s, e)
	case *ast.IndexExpr:
		t.elements(s, e.X)
	case *ast.CallExpr:
		t.call(s, e)
	default:
		t.opaque[s.in] = true
	}
}

func (t *trace) text(s source, text string) {
	if text != "" {
		t.texts[text] = s.in
	}
}

// joined takes "a" + b as "a*".
func (t *trace) joined(s source, e *ast.BinaryExpr) {
	if v := t.info[s.pkg].Types[e.X].Value; v != nil && v.Kind() == constant.String {
		t.text(s, constant.StringVal(v)+"*")
		return
	}
	t.opaque[s.in] = true
}

func (t *trace) named(s source, e ast.Expr) {
	o := t.flow.object(t.info[s.pkg], e)
	v, isVar := o.(*types.Var)
	switch {
	case !isVar, t.info[v.Pkg()] == nil:
		t.opaque[s.in] = true
	case v.IsField() && outside[t.fieldName(v)] != "":
		t.opaque[t.fieldName(v)] = true
	case len(t.sources[v]) == 0 && v.IsField():
		t.opaque[s.in] = true // set by a decoder
	default:
		t.object(v)
	}
}

// fieldName is the package and name of a field.
func (t *trace) fieldName(v *types.Var) string { return v.Pkg().Path() + "." + v.Name() }

// elements are the values of a map or list.
func (t *trace) elements(s source, e ast.Expr) {
	if lit, ok := e.(*ast.CompositeLit); ok {
		for _, item := range lit.Elts {
			if kv, keyed := item.(*ast.KeyValueExpr); keyed {
				item = kv.Value
			}
			t.expr(s, item)
		}
		return
	}
	o := t.flow.object(t.info[s.pkg], e)
	if o == nil || len(t.sources[o]) == 0 {
		t.opaque[s.in] = true
		return
	}
	for _, s := range t.sources[o] {
		if _, ok := s.expr.(*ast.CompositeLit); ok {
			t.elements(s, s.expr)
		} else if s.expr != e {
			t.opaque[s.in] = true
		}
	}
}

func (t *trace) call(s source, e *ast.CallExpr) {
	info := t.info[s.pkg]
	if info.Types[e.Fun].IsType() && len(e.Args) == 1 {
		t.expr(s, e.Args[0])
		return
	}
	f, ok := t.flow.object(info, e.Fun).(*types.Func)
	switch {
	case ok && f.FullName() == "cmp.Or":
		for _, arg := range e.Args {
			t.expr(s, arg)
		}
	case ok && f.FullName() == "strings.Clone":
		t.expr(s, e.Args[0])
	case ok && outside[f.FullName()] != "":
		t.opaque[f.FullName()] = true
	case ok && t.info[f.Pkg()] != nil:
		t.result(f, s.nth)
	default:
		t.opaque[s.in] = true
	}
}

// outside are functions and fields whose texts come from outside the program.
var outside = map[string]string{
	"(*usersync/sync/destination/vocabulary.Vocabulary).Code":   "an API's own code",
	"(*usersync/sync/destination/vocabulary.Vocabulary).Phrase": "an API's own code, made of a short message",
	"usersync/sync/destination/scim/internal/resource.Scalar":   "a SCIM server's own code",
	"usersync/sync/user.Text":                                   "the code in a row of rejects",
	"(*usersync/sync/journal.cursor).string":                    "read back from a journal",
}
