package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/help"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/user"
	"usersync/writer/codes"

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
	b.WriteString("A crash with a Go stack trace exits 2, too, but 1 under usersync pod: run again to continue.\n")
	b.WriteString("go run turns every code except 0 into 1: where the code matters, use a built binary.\n")
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
		Long:  config.Schema(connect.Sections()).Manual(),
	}, {
		Use:   "codes",
		Short: "Every outcome and code in results, in one line each",
		Long:  help.CodeList(),
	}, {
		Use:   "schema",
		Short: "A JSON Schema of usersync.yaml, for editors",
		Long: "usersync help schema prints a JSON Schema of the config file. Editors that know YAML complete keys and point\n" +
			"out mistakes with it. usersync init writes the line that names it:\n\n" +
			"  usersync help schema > usersync.schema.json",
	}, {
		Use:   "results",
		Short: "The columns of results",
		Long:  help.ColumnList(),
	}}
}

// helpCommand is like cobra's, except that it also explains codes, and that an unknown topic
// is an error.
func helpCommand(width func() int) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC|CODE]",
		Short: "Help about a command, a topic or a code in results",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == c.Root().Name() {
				args = args[1:]
			}
			if slices.Equal(args, []string{"schema"}) {
				return printSchema(c.OutOrStdout())
			}
			about, rest, err := c.Root().Find(args)
			if err == nil && len(rest) == 0 {
				return about.Help()
			}
			word := strings.Join(args, " ")
			if text := help.Explained(word); text != "" {
				// As with the help of commands, it changes nothing if the reader has left.
				_, _ = io.WriteString(c.OutOrStdout(), help.Wrap(text, width()))
				return nil
			}
			return noHelp(c.Root(), word)
		},
	}
}

// noHelp names the nearest command, topic, outcome or code.
func noHelp(root *cobra.Command, word string) error {
	names := append(topics(root), codes.Names()...)
	for _, s := range user.Statuses {
		names = append(names, string(s))
	}
	hint, next := "a code that is not usersync's own is explained by the API's reference", "usersync help codes"
	if near, ok := mapping.Nearest(word, names); ok {
		hint, next = "did you mean "+near+"?", exit.CommandLine("help", near)
	}
	return exit.Usage(fmt.Errorf("no help for %s", word), hint, next)
}

func topics(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// printSchema writes the JSON Schema of the config file.
func printSchema(to io.Writer) error {
	var names []string
	for _, f := range slices.Compact(slices.Sorted(maps.Values(reader.Names()))) {
		names = append(names, string(f))
	}
	text, err := config.Schema(connect.Sections()).EditorSchema(names)
	if err == nil {
		_, err = to.Write(text)
	}
	return err
}
