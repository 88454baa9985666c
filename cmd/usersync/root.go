package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/help"
	"usersync/cmd/usersync/internal/setting"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/reader/mapping"
)

// newRoot builds the command tree. Commands fill found with what decides the exit
// code without being an error.
func newRoot(e *env, found *advice.Result) *cobra.Command {
	root := &cobra.Command{
		Use:           "usersync",
		Short:         "Sync a file of users to a user API",
		Long:          "usersync syncs users from CSV or JSON Lines files to a user API, in batches, and\nreports what happened to each one.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          unknownCommand,
		Version:       exit.ReadBuild().Version,
	}
	root.SetVersionTemplate(versionText())
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(e.wrongFlag)
	width := func() int { return terminal.WidthTo(e.stdout) }
	help.Install(root, setting.Groups(), width)
	root.AddCommand(runCommand(e, found), planCommand(e, found), applyCommand(e, found), resumeCommand(e, found), retryCommand(e, found), mergeCommand(e, found), verifyCommand(e), reportCommand(e), ledgerCommand(e),
		explainCommand(e), scrubCommand(e), publishCommand(e), validateCommand(e, found), initCommand(e),
		sandboxCommand(e), podCommand(e), versionCommand(e))
	root.AddCommand(helpTopics()...)
	root.AddCommand(developerCommands()...)
	root.SetHelpCommand(helpCommand(width))
	root.InitDefaultCompletionCmd()
	refuseUnknown(root)
	config.AddLogFlags(root)
	return root
}

// refuseUnknown makes commands that only group others, such as completion, fail for
// an unknown subcommand. Cobra would print help and succeed.
func refuseUnknown(root *cobra.Command) {
	for _, c := range root.Commands() {
		if c.HasSubCommands() && !c.Runnable() {
			c.Args, c.RunE = cobra.ArbitraryArgs, unknownCommand
		}
	}
}

func unknownCommand(c *cobra.Command, args []string) error {
	next := exit.CommandLine(strings.Fields(c.CommandPath())[1:]...)
	next = strings.TrimSpace(next) + " --help"
	if len(args) == 0 {
		return exit.Usage(errors.New("no command given"), "the commands are "+strings.Join(commandNames(c), ", "), next)
	}
	hint := exit.DidYouMean(args[0], commandNames(c))
	if slices.Contains(commandNames(c), args[0]) {
		hint = "put the command before --"
	}
	return exit.Usage(fmt.Errorf("unknown command %s", args[0]), hint, next)
}

func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			names = append(names, sub.Name())
		}
	}
	return names
}

// wrongFlag is called when parsing stops at a wrong flag. It parses the flags after that
// one too, because they can decide how errors are printed and which exit code they have.
func (e *env) wrongFlag(c *cobra.Command, err error) error {
	_, args, _ := c.Root().Find(e.args) // found before, or no flag would have been parsed
	flags := c.Flags()
	flags.ParseErrorsAllowlist.UnknownFlags = true
	_ = flags.ParseAll(args, func(f *pflag.Flag, value string) error {
		_ = flags.Set(f.Name, value) // err already names the first wrong flag
		return nil
	})
	if c.HasSubCommands() && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return unknownCommand(c, args)
	}
	return unknownFlag(c, err)
}

// unknownFlag adds the nearest flag to the error of the flag library.
func unknownFlag(c *cobra.Command, err error) error {
	next := c.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return exit.Usage(fmt.Errorf("read flags: %w", err), "", next)
	}
	typed := "--" + unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		typed = "-" + unknown.GetSpecifiedName()
	}
	if s, ok := config.Schema(connect.Sections()).Find(unknown.GetSpecifiedName()); ok && s.Flag == "" {
		hint := fmt.Sprintf("%s can only be set in the config file; see docs/configuration.md", s.Key)
		return exit.Usage(fmt.Errorf("read flags: unknown flag %s", typed), hint, next)
	}
	if c.HasSubCommands() && slices.ContainsFunc(c.Commands(), func(sub *cobra.Command) bool { return sub.Flags().Lookup(unknown.GetSpecifiedName()) != nil }) {
		return exit.Usage(fmt.Errorf("read flags: %s belongs to a command", typed), "put it after the command: "+c.CommandPath()+" COMMAND "+typed, next)
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	return exit.Usage(fmt.Errorf("read flags: unknown flag %s", typed), nearFlag(typed, known), next)
}

// nearFlag names the nearest flag only: there are too many to list them all.
func nearFlag(typed string, known []string) string {
	if near, ok := mapping.Nearest(typed, known); ok {
		return "did you mean " + near + "?"
	}
	return ""
}
