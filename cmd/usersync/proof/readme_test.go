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
func TestReadme(t *testing.T) { matchSessions(t, "README.md", "") }

// TestTutorial does the same with docs/tutorial.md. The server of its other terminal is
// there from the beginning.
func TestTutorial(t *testing.T) {
	matchSessions(t, "docs/tutorial.md", startSandbox(t, "--auth").url)
}

// TestWalk does the same with docs/custom-walk.md.
func TestWalk(t *testing.T) {
	matchSessions(t, "docs/custom-walk.md", startSandbox(t, "--api", "single").url)
}

// matchSessions runs the console blocks of a page. server takes the place of the address
// that the sandbox has by default.
func matchSessions(t *testing.T, page, server string) {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "testdata"), filepath.Join(dir, "testdata")); err != nil {
		t.Fatal(err)
	}
	sessions := blocks(string(text), "console")
	if len(sessions) < 2 {
		t.Fatalf("%d sessions in %s", len(sessions), page)
	}
	played := play(t, dir, filepath.Join(root, "deploy", "cron"), server, sessions)
	var rewritten strings.Builder
	rest := string(text)
	for i, s := range sessions {
		before, after, _ := strings.Cut(rest, s)
		rest = after
		switch {
		case alike(played[i]) == alike(s):
			rewritten.WriteString(before + s)
		case *update:
			rewritten.WriteString(before + played[i])
		default:
			t.Errorf("%s shows\n%s\nbut the session prints\n%s", page, s, played[i])
		}
	}
	if *update {
		if err := os.WriteFile(filepath.Join(root, page), []byte(rewritten.String()+rest), 0o644); err != nil {
			t.Fatal(err)
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

// defaultServer is where the sandbox listens unless it is told otherwise.
const defaultServer = "http://127.0.0.1:8080"

// play runs the commands of all sessions in one shell, so that $? and variables stay, and
// returns each session with its real output. A line that begins with > continues a command.
func play(t *testing.T, dir, scripts, server string, sessions []string) []string {
	t.Helper()
	const between = "---next session---\n"
	var script strings.Builder
	for _, session := range sessions {
		for _, command := range commands(session) {
			shown := "$ " + strings.ReplaceAll(command, "\n", "\n> ")
			if server != "" {
				command = strings.ReplaceAll(command, defaultServer, server)
			}
			script.WriteString("last=$?; cat <<'LINE'\n" + shown + "\nLINE\n(exit $last)\n" + command + "\n")
		}
		script.WriteString("last=$?; printf '%s' '" + between + "'; (exit $last)\n")
	}
	cmd := exec.Command("sh", "-c", "exec 2>&1\n"+script.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+":"+scripts+":"+os.Getenv("PATH"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	played := strings.Split(string(out), between)
	if len(played) != len(sessions)+1 {
		t.Fatalf("%d sessions ended: %s", len(played)-1, out)
	}
	for i := range played {
		if server != "" {
			played[i] = strings.ReplaceAll(played[i], strings.TrimPrefix(server, "http://"), strings.TrimPrefix(defaultServer, "http://"))
		}
	}
	return played[:len(sessions)]
}

// commands are the commands of a session, without prompts.
func commands(session string) []string {
	var list []string
	for line := range strings.Lines(session) {
		line = strings.TrimSuffix(line, "\n")
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			list = append(list, command)
		} else if more, ok := strings.CutPrefix(line, "> "); ok && len(list) > 0 {
			list[len(list)-1] += "\n" + more
		}
	}
	return list
}

var (
	changing = regexp.MustCompile(`\d{8}T\d{6}Z-[a-z0-9]{6}|shows \d+ settings|in \d+(\.\d+)?m?s(, [\d.,]+ users? per second)?|127\.0\.0\.1:\d+|\d{4}-\d\d-\d\dT[0-9:.]+Z`)
	spaces   = regexp.MustCompile(`[ \t]+`)
)

// alike replaces what differs from run to run.
func alike(session string) string {
	return spaces.ReplaceAllString(changing.ReplaceAllString(session, "*"), " ")
}
