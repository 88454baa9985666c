package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/mapping"
)

// newRoot builds the command tree. found takes what a command learns that
// decides about the exit code and is no error.
func newRoot(e *env, found *result) *cobra.Command {
	root := &cobra.Command{
		Use:           "usersync",
		Short:         "Make a user API agree with a file of users",
		Long:          "usersync takes a file of users (CSV or JSON Lines), sends it to a user API in batches,\nand tells for each user what became of it.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          unknownCommand,
	}
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(e.wrongFlag)
	config.AddEverywhere(root)
	root.AddCommand(runCommand(e, found), planCommand(e, found), applyCommand(e, found), resumeCommand(e, found), retryCommand(e, found), verifyCommand(e), ledgerCommand(e),
		validateCommand(e, found), initCommand(e),
		sandboxCommand(e), versionCommand(e))
	root.AddCommand(helpTopics()...)
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	refuseUnknown(root)
	return root
}

// refuseUnknown makes commands that only hold others, such as completion, fail
// for a name that they do not have, where cobra would print help and succeed.
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
		return exit.Usage(errors.New("no command was given"), "the commands are "+strings.Join(commandNames(c), ", "), next)
	}
	hint := exit.DidYouMean(args[0], commandNames(c))
	if slices.Contains(commandNames(c), args[0]) {
		hint = "write the command in front of --"
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

// wrongFlag is called when the parser stops at a flag that is wrong. What comes after
// it is parsed too: it may say how errors are printed, and what the exit codes mean.
func (e *env) wrongFlag(c *cobra.Command, err error) error {
	_, args, _ := c.Root().Find(e.args) // found already, or there would be no flag to parse
	flags := c.Flags()
	flags.ParseErrorsAllowlist.UnknownFlags = true
	_ = flags.ParseAll(args, func(f *pflag.Flag, value string) error {
		_ = flags.Set(f.Name, value) // err tells of the first one that is wrong
		return nil
	})
	if c.HasSubCommands() && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return unknownCommand(c, args)
	}
	return unknownFlag(c, err)
}

// unknownFlag adds the nearest flag to what the flag library says.
func unknownFlag(c *cobra.Command, err error) error {
	next := c.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return exit.Usage(fmt.Errorf("read flags: %w", err), "", next)
	}
	typed := unknown.GetSpecifiedName()
	if s, ok := config.Find(connect.Sections(), typed); ok && s.Flag == "" {
		hint := fmt.Sprintf("%s stands in the config file only; see docs/configuration.md", s.Key)
		return exit.Usage(fmt.Errorf("read flags: unknown flag --%s", typed), hint, next)
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	return exit.Usage(fmt.Errorf("read flags: unknown flag --%s", typed), nearFlag(typed, known), next)
}

// nearFlag does not list all flags: there are too many to read.
func nearFlag(typed string, known []string) string {
	if near, ok := mapping.Nearest("--"+typed, known); ok {
		return "did you mean " + near + "?"
	}
	return ""
}
