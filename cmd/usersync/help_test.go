package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/help"
	"usersync/cmd/usersync/internal/setting"
)

// The help of every command and topic fits the terminal, except for words that do
// not, and shows each flag once.
func TestHelpFitsTheTerminal(t *testing.T) {
	for _, width := range []int{40, 80, 120, 300} {
		e := &env{stdout: io.Discard, stderr: io.Discard}
		root := newRoot(e, &advice.Result{})
		help.Install(root, setting.Groups(), func() int { return width })
		eachCommand(root, func(c *cobra.Command) {
			var out bytes.Buffer
			c.SetOut(&out)
			if err := c.Help(); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				line = strings.TrimSuffix(line, "\n")
				words := len(strings.Fields(strings.TrimSuffix(line, "\\")))
				if utf8.RuneCountInString(line) > width && words > 1 {
					t.Errorf("%s: wider than %d: %s", c.CommandPath(), width, line)
				}
				if line != strings.TrimRight(line, " ") {
					t.Errorf("%s: blanks at the end: %q", c.CommandPath(), line)
				}
			}
			if !c.Runnable() && !c.HasSubCommands() {
				return // a topic: it has no flags
			}
			c.Flags().VisitAll(func(f *pflag.Flag) {
				n := 0
				for line := range strings.Lines(out.String()) {
					if fields := strings.Fields(line); len(fields) > 0 && (fields[0] == "--"+f.Name || f.Shorthand != "" && fields[0] == "-"+f.Shorthand+"," && fields[1] == "--"+f.Name) && strings.HasPrefix(line, "  -") {
						n++
					}
				}
				if want := map[bool]int{true: 0, false: 1}[f.Hidden]; n != want {
					t.Errorf("%s at %d: --%s is shown %d times", c.CommandPath(), width, f.Name, n)
				}
			})
		})
	}
}

func eachCommand(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, sub := range c.Commands() {
		eachCommand(sub, visit)
	}
}

// Every setting is in a group that help shows.
func TestEverySettingHasAGroup(t *testing.T) {
	known := strings.Join(setting.Groups(), "|")
	for _, s := range config.Schema(nil).Settings {
		if s.Group == "" || !strings.Contains(known, string(s.Group)) {
			t.Errorf("%s is in the group %q", s.Key, s.Group)
		}
	}
}
