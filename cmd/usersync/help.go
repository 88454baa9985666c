package main

import (
	"fmt"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"

	"github.com/spf13/cobra"
)

// exitCodeTable is the text of `usersync help exit-codes`.
func exitCodeTable() string {
	var b strings.Builder
	b.WriteString("Exit codes, the one that wins first when several are true:\n\n")
	for _, m := range exit.Meanings() {
		fmt.Fprintf(&b, "  %3d  %s\n", m.Code, m.Text)
	}
	b.WriteString("\nInvalid and refused users are 3 unless --allow-rejects covers them all.\n")
	b.WriteString("`go run` turns every code but 0 into 1: build the program where the code matters.\n")
	return b.String()
}

// helpTopics are pages to read: commands that cannot be run.
func helpTopics() []*cobra.Command {
	return []*cobra.Command{{
		Use:   "exit-codes",
		Short: "What each exit code means",
		Long:  exitCodeTable(),
	}, {
		Use:   "settings",
		Short: "Everything that can be set, and where",
		Long:  config.Manual(connect.Sections()),
	}}
}

// helpCommand is cobra's, except that an unknown topic is an error.
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
				return exit.Usage(fmt.Errorf("no help about %s", word), exit.DidYouMean(word, topics(c.Root())), "usersync help")
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
