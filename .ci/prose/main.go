// Command prose finds words in our prose that have a better one.
//
// It reads what people read: documents, the comments of Go and configuration
// files, the strings of Go files that are not tests, and the stories of the
// test scripts. Code is not prose: code spans, code blocks and identifiers are
// left alone. The words, each with its reason, are in words.txt.
//
// A line that needs a word says why, in a comment on it or on the line before:
//
//	prose:allow WORD: reason
//
// An exception that excuses nothing is a finding too.
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed words.txt
var wordList string

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run returns 1 for findings and 2 for everything that keeps it from looking.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("prose", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "check only these `kinds`, separated by commas: "+strings.Join(kinds, ", "))
	except := flags.String("except", "", "do not check this `folder`, nor those below it")
	count := flags.Bool("count", false, "print how often each word occurs, by kind and folder, in place of the findings")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	list, err := parseList(wordList)
	if err == nil {
		err = checkKinds(*only)
	}
	root := "."
	if flags.NArg() > 0 {
		root = flags.Arg(0)
	}
	var found []finding
	words := map[string]int{}
	if err == nil {
		found, err = check(without{os.DirFS(root), *except}, list, *only, words)
	}
	if err != nil {
		fmt.Fprintln(stderr, "prose:", err)
		return 2
	}
	if *count {
		printCounts(stdout, found, words)
	}
	found = slices.DeleteFunc(found, func(f finding) bool { return f.fine })
	if !*count {
		for _, f := range found {
			fmt.Fprintf(stdout, "%s: %s; write %s\n", f, f.why, f.instead)
		}
	}
	if len(found) > 0 {
		fmt.Fprintf(stderr, "prose: %d findings; .ci/prose/words.txt has the words and their reasons\n", len(found))
		return 1
	}
	return 0
}

// without is a tree that lacks a folder.
type without struct {
	fs.FS
	folder string // none if empty
}

// ReadDir leaves the folder out.
func (w without) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return path.Join(name, e.Name()) == w.folder }), err
}

func checkKinds(only string) error {
	for kind := range strings.SplitSeq(only, ",") {
		if kind != "" && !slices.Contains(kinds, kind) {
			return fmt.Errorf("there is no kind %q; the kinds are %s", kind, strings.Join(kinds, ", "))
		}
	}
	return nil
}

// finding is one word in one line.
type finding struct {
	path    string
	line    int
	kind    string
	word    string // the entry's first form, under which it is counted
	form    string // the one that was found
	why     string
	instead string
	fine    bool // excused, or in a phrase in which the word is right
}

// String returns the place and the word, joined by colons.
func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.form) }

// check looks through all files below root, and adds to words how many words it
// read of each kind. It returns what is fine too.
func check(root fs.FS, list *list, only string, words map[string]int) ([]finding, error) {
	var found []finding
	files := 0
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && skipped(path):
			return fs.SkipDir
		case entry.IsDir() || !entry.Type().IsRegular():
			return nil
		}
		read := readerOf(path)
		if read == nil {
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		files++
		blocks, err := read(path, bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		found = append(found, checkFile(path, string(text), blocks, list, only, words)...)
		return nil
	})
	if err == nil && files == 0 {
		err = errors.New("no file to check here")
	}
	slices.SortStableFunc(found, func(a, b finding) int {
		if a.path != b.path {
			return strings.Compare(a.path, b.path)
		}
		return a.line - b.line
	})
	return found, err
}

// skipped tells which folders hold no prose of ours. Below testdata only the
// scripts do.
func skipped(path string) bool {
	switch filepath.Base(path) {
	case ".git", "bin", "runs", "vendor", "users", "golden", "fuzz":
		return true
	}
	return false
}

func checkFile(path, text string, blocks []block, list *list, only string, words map[string]int) []finding {
	excuses := excusesIn(text)
	var found []finding
	for _, b := range blocks {
		if only != "" && !slices.Contains(strings.Split(only, ","), b.kind) {
			continue
		}
		hits, n := list.find(withoutExcuses(b.text))
		words[b.kind] += n
		for _, h := range hits {
			line := b.line + strings.Count(b.text[:h.at], "\n")
			found = append(found, finding{path: path, line: line, kind: b.kind,
				word: h.entry.forms[0], form: h.form, why: h.entry.why, instead: h.entry.instead,
				fine: excuses.covers(line, h.entry) || h.fine})
		}
	}
	if only == "" {
		found = append(found, excuses.unused(path)...)
	}
	return found
}
