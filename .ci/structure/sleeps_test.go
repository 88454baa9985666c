package main

import (
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// A sleep counts as outside a bubble unless every way to it leads through one.
func TestSleeps(t *testing.T) {
	const text = `package p

func TestDirect(t *testing.T) {
	time.Sleep(1)
	synctest.Test(t, func(t *testing.T) { time.Sleep(2); inBubble(); both(); slow{}.inBubble() })
	table := []struct{ inBubble string }{{inBubble: ""}}
	table[0].inBubble = ""
	outer()
	both()
	var s api = sleepy{}
	_ = s
}

func outer() { inner() }

func inner() { time.Sleep(3); time.Sleep(4) }

func inBubble() { time.Sleep(5) }

func both() { time.Sleep(6) }

func unused() { time.Sleep(7) }

type slow struct{}

func (slow) inBubble() { time.Sleep(8) }

type sleepy struct{}

func (sleepy) Apply() { time.Sleep(9) }

func (sleepy) other() { time.Sleep(10) }
`
	file, err := parser.ParseFile(token.NewFileSet(), "p_test.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := &sleeps{}
	s.add(file)
	all, outside := s.count()
	slices.Sort(outside)
	want := []string{"TestDirect", "both", "inner", "inner", "sleepy.Apply"}
	if all != 10 || !slices.Equal(outside, want) {
		t.Errorf("%d, of these outside: %q, want %q", all, outside, want)
	}
}
