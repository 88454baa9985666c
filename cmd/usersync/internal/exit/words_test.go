package exit

import (
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCommandLineInShell runs the output of CommandLine in a shell.
func TestCommandLineInShell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arg := rapid.StringMatching(`[ -~äß\t]{0,12}`).Draw(t, "arg")
		line := strings.TrimPrefix(CommandLine(arg, "end"), "usersync ")
		out, err := exec.Command("sh", "-c", "printf '%s|' "+line).Output()
		if err != nil || string(out) != arg+"|end|" {
			t.Fatalf("%q became %s and was read as %q: %v", arg, line, out, err)
		}
	})
}
