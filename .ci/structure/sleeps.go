package main

import (
	"go/ast"
	"slices"
	"strings"
)

// sleeps are the calls of time.Sleep in the tests of a package. In a bubble of
// testing/synctest the sleep is the clock, and takes no time; elsewhere it is a wait that
// is too short on a slow machine and too long on all others.
type sleeps struct {
	decls  []*declaration
	called map[string]bool // names that run outside a bubble
}

// declaration is a function, or a method of a type, in a test file.
type declaration struct {
	name     string
	receiver string          // empty for a function
	mentions map[string]bool // identifiers outside a bubble
	inside   int             // sleeps in a bubble that it opens
	other    int             // other sleeps
}

// add adds the functions of a test file.
func (s *sleeps) add(file *ast.File) {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		one := &declaration{name: f.Name.Name, mentions: map[string]bool{}}
		if f.Recv != nil {
			one.receiver = receiverOf(f.Recv.List[0].Type)
		}
		one.read(f.Body, false)
		s.decls = append(s.decls, one)
	}
}

// read counts the sleeps below a node, and takes note of what it mentions: no fields, and
// methods with a dot in front.
func (d *declaration) read(node ast.Node, bubble bool) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return d.readCall(n, bubble)
		case *ast.SelectorExpr:
			d.mentions["."+n.Sel.Name] = d.mentions["."+n.Sel.Name] || !bubble
			d.read(n.X, bubble)
			return false
		case *ast.Field:
			d.read(n.Type, bubble)
			return false
		case *ast.KeyValueExpr:
			if _, field := n.Key.(*ast.Ident); !field {
				d.read(n.Key, bubble)
			}
			d.read(n.Value, bubble)
			return false
		case *ast.Ident:
			d.mentions[n.Name] = d.mentions[n.Name] || !bubble
		}
		return true
	})
}

// readCall counts a sleep. If the call opens a bubble, it reads what runs there and returns
// false.
func (d *declaration) readCall(n *ast.CallExpr, bubble bool) bool {
	switch {
	case isCall(n, "synctest", "Test"):
		for _, arg := range n.Args {
			d.read(arg, true)
		}
		return false
	case isCall(n, "time", "Sleep") && bubble:
		d.inside++
	case isCall(n, "time", "Sleep"):
		d.other++
	}
	return true
}

func isCall(n *ast.CallExpr, pkg, name string) bool {
	f, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != name {
		return false
	}
	x, ok := f.X.(*ast.Ident)
	return ok && x.Name == pkg
}

// count returns how many sleeps there are, and the functions with those that may be outside a bubble:
// those that a test reaches without passing through one. A function counts as reached where
// its name is mentioned, a method where its type is and, as others may call it through an
// interface if it is exported, also its name unless it is.
func (s *sleeps) count() (all int, outside []string) {
	s.called = map[string]bool{}
	for more := true; more; {
		more = false
		for _, d := range s.decls {
			if !s.reached(d) {
				continue
			}
			for name, outside := range d.mentions {
				more = more || outside && !s.called[name]
				s.called[name] = s.called[name] || outside
			}
		}
	}
	for _, d := range s.decls {
		all += d.inside + d.other
		if s.reached(d) {
			outside = append(outside, slices.Repeat([]string{strings.TrimPrefix(d.receiver+"."+d.name, ".")}, d.other)...)
		}
	}
	return all, outside
}

func (s *sleeps) reached(d *declaration) bool {
	if d.receiver != "" {
		return s.called[d.receiver] && (ast.IsExported(d.name) || s.called["."+d.name])
	}
	for _, kind := range []string{"Test", "Benchmark", "Fuzz", "Example"} {
		if strings.HasPrefix(d.name, kind) {
			return true
		}
	}
	return s.called[d.name]
}
