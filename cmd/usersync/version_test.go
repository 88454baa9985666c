package main

import (
	"debug/elf"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestMakeBuild builds the program with make: it is static, and knows its version.
func TestMakeBuild(t *testing.T) {
	dry, err := exec.Command("make", "-n", "-C", filepath.Join("..", ".."), "build").Output()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "usersync")
	command := strings.ReplaceAll(string(dry), "bin/usersync", program)
	build := exec.Command("sh", "-c", strings.Join(recipe(command), "\n"))
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if want, err := exec.Command("git", "describe", "--tags", "--always", "--dirty").Output(); err == nil &&
		!strings.HasPrefix(string(out), "usersync "+string(want)) {
		t.Errorf("version is %q, but git describe says %q", out, want)
	}
	if runtime.GOOS == "linux" {
		refuseLibraries(t, program)
	}
}

// recipe leaves out the messages of make itself.
func recipe(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "make") {
			lines = append(lines, line)
		}
	}
	return lines
}

func refuseLibraries(t *testing.T, program string) {
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("it is dynamically linked")
		}
	}
}
