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
		arg := rapid.StringMatching(`[ -~äß\t\n\x1b\x{202e}\x{e0041}]{0,12}`).Draw(t, "arg") + rapid.SampledFrom([]string{"", "\xff", "\xc3"}).Draw(t, "bytes")
		line := strings.TrimPrefix(CommandLine(arg, "end"), "usersync ")
		out, err := exec.Command("sh", "-c", "printf '%s|' "+line).Output()
		if err != nil || string(out) != arg+"|end|" || strings.ContainsAny(line, "\x1b\u202e\U000e0041") || strings.Contains(line, "\xff") {
			t.Fatalf("%q became %s and was read as %q: %v", arg, line, out, err)
		}
	})
}
