package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

const published = "example.com/you/usersync"

// TestRepository renames a copy of this repository, twice, and builds and vets it
// without a network.
func TestRepository(t *testing.T) {
	dir := t.TempDir()
	copyTo(t, dir)
	first := command(t, dir, "make", "module", "PATH="+published)
	if strings.Contains(first, "\n0 files changed") {
		t.Fatalf("nothing was changed:\n%s", first)
	}
	if got := strings.TrimSpace(command(t, dir, "go", "list", "-m")); got != published {
		t.Errorf("the module is %s", got)
	}
	if left := command(t, dir, "gofmt", "-l", "."); left != "" {
		t.Errorf("gofmt would change:\n%s", left)
	}
	compiled := append(compiledAs(), "-pgo=off", "./...")
	command(t, dir, append([]string{"go", "build"}, compiled...)...)
	command(t, dir, append([]string{"go", "vet"}, append(compiled, "./.ci/module", "./.ci/mutate", "./.ci/prose", "./.ci/structure")...)...)
	command(t, dir, "go", "list", "-C", ".ci/cloud", "-tags", "cloud", ".", published+"/reader/place/bucket") // a module that uses packages of ours
	for _, tested := range []string{" . ", " .ci/chart/", " .ci/cloud/", " .ci/release/"} {
		if deps := command(t, dir, "make", "-n", "deps"); !strings.Contains(deps, tested) || strings.Contains(deps, "goreleaser") {
			t.Errorf("make deps does not download what%s needs, and no more:\n%s", tested, deps)
		}
	}
	if built := command(t, dir, "make", "-n", "build"); !strings.Contains(built, "-X "+published+"/cmd/usersync/internal/exit.version=") {
		t.Errorf("the version is stamped nowhere:\n%s", built)
	}
	t.Run("again", func(t *testing.T) {
		before := filesIn(t, dir)
		if second := command(t, dir, "make", "module", "PATH="+published); !strings.HasSuffix(second, "0 files changed\n") {
			t.Errorf("the second time it says %s", second)
		}
		for name, text := range filesIn(t, dir) {
			if !bytes.Equal(before[name], text) {
				t.Errorf("%s was changed again", name)
			}
		}
	})
	t.Run("after a merge", func(t *testing.T) {
		merged := filepath.Join(dir, "sync", "user", "merged.go")
		if err := os.WriteFile(merged, []byte("package user\n\nimport _ \"usersync/sync/pace\"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		command(t, dir, "make", "module", "PATH="+published)
		if text, err := os.ReadFile(merged); err != nil || !strings.Contains(string(text), `"`+published+`/sync/pace"`) {
			t.Errorf("%v: %s", err, text)
		}
	})
	t.Run("a path that cannot be one", func(t *testing.T) {
		before := filesIn(t, dir)
		for _, path := range []string{"", "no spaces", "/absolute", "a//b"} {
			if out, err := in(dir, "make", "module", "PATH="+path).CombinedOutput(); err == nil {
				t.Errorf("%q was taken: %s", path, out)
			}
		}
		for name, text := range filesIn(t, dir) {
			if !bytes.Equal(before[name], text) {
				t.Errorf("%s was changed", name)
			}
		}
	})
}

func TestRewrite(t *testing.T) {
	r := renaming{from: []string{"old"}, to: "example.com/new", packages: map[string]bool{"a": true, "a/b": true}}
	const text = `package p

import (
	"errors"
	"old/a"
	b "old/a/b"
	"old/none"
	"older/a"
)

// old/a is not touched in a comment.
var x, y, z = "old/a", "old/1.0", "see old/a"
`
	const want = `package p

import (
	"errors"
	"example.com/new/a"
	b "example.com/new/a/b"
	"old/none"
	"older/a"
)

// old/a is not touched in a comment.
var x, y, z = "example.com/new/a", "old/1.0", "see old/a"
`
	if got, err := r.rewrite("p.go", []byte(text)); err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if got, err := r.rewrite("p.go", []byte(want)); err != nil || string(got) != want {
		t.Errorf("the second time: %v\n%s", err, got)
	}
}

// copyTo copies what a clone would have.
func copyTo(t *testing.T, dir string) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (rel == ".git" || rel == "bin" || rel == "runs"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(dir, rel), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, rel), text, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return filepath.SkipDir
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files[name], err = os.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := in(dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
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

// in is a command in dir that cannot reach the network for modules, and knows nothing of
// the make that runs this test.
func in(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off", "MAKEFLAGS=", "MAKELEVEL=")
	return cmd
}
