package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the console blocks of the README, all in one directory, and compares
// their output with what the README shows.
func TestReadme(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "testdata"), filepath.Join(dir, "testdata")); err != nil {
		t.Fatal(err)
	}
	sessions := blocks(string(text), "console")
	if len(sessions) < 2 {
		t.Fatalf("%d sessions in the README", len(sessions))
	}
	for _, s := range sessions {
		if got := play(t, dir, s); alike(got) != alike(s) {
			t.Errorf("the README shows\n%s\nbut the session prints\n%s", s, got)
		}
	}
}

// blocks returns the fenced blocks of one language.
func blocks(text, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// play runs the commands of a session in one shell, so that $? works, and returns the
// session with their real output.
func play(t *testing.T, dir, session string) string {
	t.Helper()
	var script strings.Builder
	for line := range strings.Lines(session) {
		if command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ "); ok {
			script.WriteString("last=$?; cat <<'LINE'\n$ " + command + "\nLINE\n(exit $last)\n" + command + "\n")
		}
	}
	cmd := exec.Command("sh", "-c", "exec 2>&1\n"+script.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

var (
	changing = regexp.MustCompile(`\d{8}T\d{6}Z-[a-z0-9]{6}|in \d+(\.\d+)?m?s|127\.0\.0\.1:\d+|\d{4}-\d\d-\d\dT[0-9:.]+Z`)
	spaces   = regexp.MustCompile(`[ \t]+`)
)

// alike replaces what differs from run to run.
func alike(session string) string {
	return spaces.ReplaceAllString(changing.ReplaceAllString(session, "*"), " ")
}
