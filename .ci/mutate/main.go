// Command mutate plants one defect at a time and expects a test to fail.
//
// Each file below .ci/mutate/list is a mutation in the txtar format. Its comment
// says which rule the defect breaks and holds two lines, "file: PATH" and
// "test: ARGUMENTS OF GO TEST"; the sections find and replace hold the text that
// is replaced, which must occur exactly once. The work tree is not changed: the
// go command is given the mutated file as an overlay.
//
// Run it in the root of the module: go run ./.ci/mutate [NAME...]. It exits 1
// if a test stays green, a text is not found, or a mutation does not compile.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// mutation is a defect and the test that must find it.
type mutation struct {
	name, file    string
	find, replace string
	test          []string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(wanted []string) error {
	paths, err := filepath.Glob(".ci/mutate/list/*.txt")
	if err != nil {
		return err
	}
	var survived []string
	tried := 0
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		if len(wanted) > 0 && !slices.Contains(wanted, name) {
			continue
		}
		tried++
		start := time.Now()
		err := try(path, name)
		verdict := "caught"
		if err != nil {
			verdict = err.Error()
			survived = append(survived, name)
		}
		fmt.Printf("%-44s %-8s %.1fs\n", name, verdict, time.Since(start).Seconds())
	}
	fmt.Printf("%d mutations, %d caught\n", tried, tried-len(survived))
	if tried == 0 {
		return errors.New("no mutation to try")
	}
	if len(survived) > 0 {
		return fmt.Errorf("not caught: %s", strings.Join(survived, ", "))
	}
	return nil
}

func try(path, name string) error {
	m, err := read(path, name)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := m.overlay(dir)
	if err != nil {
		return err
	}
	if out, err := goCommand(overlay, "build", "-pgo=off", "./"+filepath.Dir(m.file)).CombinedOutput(); err != nil {
		return fmt.Errorf("does not compile: %s", out)
	}
	out, err := goCommand(overlay, append([]string{"test", "-pgo=off", "-count=1"}, m.test...)...).CombinedOutput()
	switch {
	case err == nil && !ran(string(out)):
		return errors.New("there is no such test")
	case err == nil:
		return errors.New("SURVIVED")
	case !strings.Contains(string(out), "--- FAIL"):
		return fmt.Errorf("no test failed: %s", out)
	}
	return nil
}

// ran reports whether a package had a test to run.
func ran(out string) bool {
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "ok") && !strings.Contains(line, "[no tests to run]") {
			return true
		}
	}
	return false
}

func read(path, name string) (mutation, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return mutation{}, err
	}
	m := mutation{name: name}
	for line := range strings.Lines(string(archive.Comment)) {
		if file, ok := strings.CutPrefix(line, "file: "); ok {
			m.file = strings.TrimSpace(file)
		}
		if test, ok := strings.CutPrefix(line, "test: "); ok {
			m.test = strings.Fields(test)
		}
	}
	for _, f := range archive.Files {
		switch f.Name {
		case "find":
			m.find = string(f.Data)
		case "replace":
			m.replace = string(f.Data)
		}
	}
	if m.file == "" || len(m.test) == 0 || m.find == "" {
		return m, errors.New("lacks a file, a test or a text to find")
	}
	return m, nil
}

// overlay writes the mutated file and the overlay that puts it in place.
func (m mutation) overlay(dir string) (string, error) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.find); n != 1 {
		return "", fmt.Errorf("the text to find occurs %d times in %s", n, m.file)
	}
	mutated := filepath.Join(dir, "mutated.go")
	if err := os.WriteFile(mutated, []byte(strings.Replace(string(text), m.find, m.replace, 1)), 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{original: mutated}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o600)
}

// goCommand gives the overlay by the environment, so that a test that builds
// the program builds the mutated one.
func goCommand(overlay string, args ...string) *exec.Cmd {
	c := exec.Command("go", args...)
	c.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	return c
}
