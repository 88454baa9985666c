package main

import (
	"fmt"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/help"

	"github.com/spf13/cobra"
)

// exitCodeTable is the text of `usersync help exit-codes`.
func exitCodeTable() string {
	var b strings.Builder
	b.WriteString("Exit codes, most severe first (when several apply, the first wins):\n\n")
	for _, m := range exit.Meanings() {
		fmt.Fprintf(&b, "  %3d  %s\n", m.Code, m.Text)
	}
	b.WriteString("\nInvalid and refused users exit 3, unless --allow-rejects allows that many.\n")
	b.WriteString("`go run` turns every code except 0 into 1: where the code matters, use a built binary.\n")
	return b.String()
}

// withExitCodes lets the help of a command end with the exit codes.
func withExitCodes() map[string]string { return map[string]string{help.Afterwards: exitCodeTable()} }

// helpTopics are help pages without a command.
func helpTopics() []*cobra.Command {
	return []*cobra.Command{{
		Use:   "exit-codes",
		Short: "What each exit code means",
		Long:  exitCodeTable(),
	}, {
		Use:   "settings",
		Short: "Every setting, and where to set it",
		Long:  config.Manual(connect.Sections()),
	}}
}

// helpCommand is like cobra's, except that an unknown topic is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Help about a command or topic",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == c.Root().Name() {
				args = args[1:]
			}
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				word := strings.Join(args, " ")
				return exit.Usage(fmt.Errorf("no help for %s", word), exit.DidYouMean(word, topics(c.Root())), "usersync help")
			}
			return about.Help()
		},
	}
}

func topics(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}
