package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
)

// runArguments lets cmd take a RUN or --last, and returns the function that looks
// the run up. The default is the last run.
func runArguments(cmd *cobra.Command) func(runsDir, name string, fits func(*journal.History) bool) (*history.Run, error) {
	last := cmd.Flags().Bool("last", false, "use the newest such run (the default)")
	return func(runsDir, name string, fits func(*journal.History) bool) (*history.Run, error) {
		switch {
		case name == "":
			wanted := map[string]string{"resume": " that can be resumed", "retry": " that has finished"}[cmd.Name()]
			return history.Newest(runsDir, wanted, fits)
		case *last:
			return nil, exit.Usage(errors.New("read arguments: both a run and --last are given"), "give one of them", "usersync "+cmd.Name()+" --help")
		case filepath.Base(name) != name:
			return history.Find(filepath.Dir(filepath.Clean(name)), filepath.Base(name))
		}
		return history.Find(runsDir, name)
	}
}

// settingsOf returns the settings of an earlier run, overridden by the flags given
// to now. They are those of the command that started the run.
func settingsOf(e *env, h journal.Header, now *cobra.Command) (*config.Config, error) {
	return settingsFor(e, h, now, allCredentials)
}

// credentials are those of the API that settings must hold.
type credentials int

const (
	noCredentials  credentials = iota
	theAccount                 // those that say which account it is
	allCredentials             // for calls
)

// settingsFor is settingsOf for settings that need not hold all credentials of the API.
func settingsFor(e *env, h journal.Header, now *cobra.Command, needs credentials) (*config.Config, error) {
	if len(h.Args) == 0 {
		return nil, exit.Usage(errors.New("read the settings of the run: they are not in its journal"), "repeat the command that started the run", "usersync run --help")
	}
	cmd := &cobra.Command{Use: h.Args[0]}
	flags := config.AddFlags(cmd, e.settings(), setting.ForRun)
	flags.WithoutCalls, flags.WithAccount = needs != allCredentials, needs == theAccount
	if err := cmd.ParseFlags(h.Args[1:]); err != nil {
		return nil, exit.Usage(fmt.Errorf("read the settings of the run: %w", err), "use the version of usersync that started the run", "")
	}
	if err := setting.MergeFlags(now, cmd); err != nil {
		return nil, err
	}
	return loaderOf(e, flags)()
}
