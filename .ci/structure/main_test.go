package main

import (
	"go/parser"
	"go/token"
	"testing"
)

// Every exported function and method of an exported type has a doc comment, and no test
// sleeps outside a bubble of testing/synctest.
func TestRepository(t *testing.T) {
	f, err := read("../..")
	if err != nil {
		t.Fatal(err)
	}
	if f.exported < 500 {
		t.Fatalf("only %d exported functions were found", f.exported)
	}
	for _, name := range f.undocumented {
		t.Errorf("%s is exported and has no doc comment", name)
	}
	all, outside := f.sleeps()
	if all < 20 {
		t.Errorf("only %d sleeps were found", all)
	}
	for _, name := range outside {
		t.Errorf("%s sleeps, and a test may reach it outside a bubble: wait for a channel, or use testing/synctest", name)
	}
}

// The check finds what it forbids, and nothing more.
func TestFindsUndocumented(t *testing.T) {
	const text = `package p

// A is documented.
func A() {}

func B() {}

func c() {}

type T[K any] struct{}

func (T[K]) M() {}

func (*T[K]) N() {}

// O is documented.
func (*T[K]) O() {}

type u struct{}

func (u) M() {}
`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	f := &figures{functions: map[string]int{}, structs: map[string]int{}, methods: map[string]int{}}
	f.declarations(set, "p", file)
	want := []string{"p.B", "p.T.M", "p.T.N"}
	if len(f.undocumented) != len(want) {
		t.Fatalf("found %q, want %q", f.undocumented, want)
	}
	for i, name := range want {
		if f.undocumented[i] != name {
			t.Errorf("found %s, want %s", f.undocumented[i], name)
		}
	}
}
