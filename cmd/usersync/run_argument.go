package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
)

// runArguments lets cmd take a RUN or --last, and returns how it is looked up.
// Without either the last one is meant.
func runArguments(cmd *cobra.Command) func(runsDir, name string, fits func(*journal.History) bool) (*history.Run, error) {
	last := cmd.Flags().Bool("last", false, "the newest such run, which is also meant when none is named")
	return func(runsDir, name string, fits func(*journal.History) bool) (*history.Run, error) {
		switch {
		case name == "":
			wanted := map[string]string{"resume": " that could go on", "retry": " that has finished"}[cmd.Name()]
			return history.Newest(runsDir, wanted, fits)
		case *last:
			return nil, exit.Usage(errors.New("read arguments: a run is named, and --last too"), "keep one of them", "usersync "+cmd.Name()+" --help")
		case filepath.Base(name) != name:
			return history.Find(filepath.Dir(filepath.Clean(name)), filepath.Base(name))
		}
		return history.Find(runsDir, name)
	}
}

// settingsOf returns the settings of an earlier run, over which those are laid
// that now was given. The command is that of the run.
func settingsOf(e *env, h journal.Header, now *cobra.Command) (*config.Config, error) {
	if len(h.Args) == 0 {
		return nil, exit.Usage(errors.New("read the settings of the run: its journal does not say them"), "give the run's own command again", "usersync run --help")
	}
	cmd := &cobra.Command{Use: h.Args[0]}
	load := addSettings(e, cmd, config.ForRun)
	if err := cmd.ParseFlags(h.Args[1:]); err != nil {
		return nil, exit.Usage(fmt.Errorf("read the settings of the run: %w", err), "use the version of usersync that began the run", "")
	}
	if err := config.MergeFlags(now, cmd); err != nil {
		return nil, err
	}
	return load()
}
