package help_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/help"
)

func TestWrap(t *testing.T) {
	for name, c := range map[string]struct {
		width      int
		text, want string
	}{
		"a paragraph":           {20, "one two three four\nfive six", "one two three four\nfive six\n"},
		"lines become one":      {30, "one\ntwo\nthree", "one two three\n"},
		"two paragraphs":        {30, "one\n\ntwo", "one\n\ntwo\n"},
		"a line that just fits": {7, "one two", "one two\n"},
		"one column too many":   {6, "one two", "one\ntwo\n"},
		"a long word":           {5, "a incomprehensible b", "a\nincomprehensible\nb\n"},
		"a table":               {20, "  130  stopped by a signal", "  130  stopped by a\n       signal\n"},
		"a table, too narrow":   {10, "  a-long-name  text", "  a-long-name\n  text\n"},
		"an indented line":      {14, "    one two three", "    one two\n    three\n"},
		"tabs":                  {40, "\tsource it", "    source it\n"},
		"letters, not bytes":    {7, "äöü äöü äöü", "äöü äöü\näöü\n"},
		"nothing":               {10, "", "\n"},
	} {
		if got := help.Wrap(c.text, c.width); got != c.want {
			t.Errorf("%s: got\n%q, want\n%q", name, got, c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for width, want := range map[int]string{
		60: `It does one thing, and does it for as long as it takes to do
it.

Usage:
  tool run FILE [flags]

Examples:
  tool run --name 'a name that is long' --number 1 a.csv \
    b.csv

Flags:
  --own TEXT  a TEXT of this command alone
  -h, --help  help for run

Not listed:
  --other     another

Second:
  --number N  the number N, third in the alphabet but first
              here (default 7)
  --any-flag  the first in the alphabet
  --a-name-that-is-far-too-long FILE
              the FILE

Codes:
  1  wrong
`,
		40: `It does one thing, and does it for as
long as it takes to do it.

Usage:
  tool run FILE [flags]

Examples:
  tool run --name \
    'a name that is long' --number 1 \
    a.csv b.csv

Flags:
  --own TEXT
      a TEXT of this command alone
  -h, --help
      help for run

Not listed:
  --other
      another

Second:
  --number N
      the number N, third in the
      alphabet but first here (default
      7)
  --any-flag
      the first in the alphabet
  --a-name-that-is-far-too-long FILE
      the FILE

Codes:
  1  wrong
`,
	} {
		if got := helpOf(t, width, "run", "--help"); got != want {
			t.Errorf("%d columns: got\n%s\nwant\n%s", width, got, want)
		}
	}
}

func TestHelpOfTheRoot(t *testing.T) {
	const want = `tool is a tool.

Usage:
  tool COMMAND

Commands:
  run  Do it

Flags:
  -h, --help  help for tool

Topics:
  words  What words mean

More about each: tool help NAME
`
	if got := helpOf(t, 80, "--help"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func helpOf(t *testing.T, width int, args ...string) string {
	t.Helper()
	root := &cobra.Command{Use: "tool", Long: "tool is a tool.", CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true}}
	run := &cobra.Command{Use: "run FILE", Short: "Do it", Long: "It does one thing, and does it for as\nlong as it takes to do it.",
		Example: "  tool run --name 'a name that is long' --number 1 a.csv b.csv", Run: func(*cobra.Command, []string) {},
		Annotations: map[string]string{help.Afterwards: "Codes:\n  1  wrong\n"}}
	root.AddCommand(run, &cobra.Command{Use: "words", Short: "What words mean"})
	flags := run.Flags()
	flags.Bool("other", false, "another")
	flags.Bool("any-flag", false, "the first in the alphabet")
	flags.String("a-name-that-is-far-too-long", "", "the `FILE`")
	flags.Int("number", 7, "the number `N`, third in the alphabet but first here")
	flags.String("own", "", "a `TEXT` of this command alone")
	help.InGroup(flags, "Not listed", "other")
	help.InGroup(flags, "Second", "any-flag", "number", "a-name-that-is-far-too-long")
	help.Common(flags, "number")
	flags.Bool("secret", false, "never shown")
	flags.Lookup("secret").Hidden = true
	help.Install(root, []string{"Second"}, func() int { return width })
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs(args)
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "secret") {
		t.Error("a hidden flag is shown")
	}
	return out.String()
}
