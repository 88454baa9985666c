package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// runName is a run and the directory in which it lies.
type runName struct{ runsDir, id string }

func (r runName) path() string { return filepath.Join(r.runsDir, r.id) }

// beside is the path of another run in the same directory.
func (r runName) beside(id string) string { return filepath.Join(r.runsDir, id) }

// runArguments lets cmd take a RUN or --last, and returns how it is looked up.
// Without either the last one is meant.
func runArguments(cmd *cobra.Command) func(runsDir, name string, fits func(*journal.Past) bool) (runName, error) {
	last := cmd.Flags().Bool("last", false, "the newest such run, which is also meant when none is named")
	return func(runsDir, name string, fits func(*journal.Past) bool) (runName, error) {
		switch {
		case name == "":
			wanted := map[string]string{"resume": " that could go on", "retry": " that has finished"}[cmd.Name()]
			return newestRun(runsDir, wanted, fits)
		case *last:
			return runName{}, exit.Usage(errors.New("read arguments: a run is named, and --last too"), "keep one of them", "usersync "+cmd.Name()+" --help")
		case filepath.Base(name) != name:
			return runName{filepath.Dir(filepath.Clean(name)), filepath.Base(name)}, nil
		}
		return runName{runsDir, name}, nil
	}
}

func newestRun(runsDir, wanted string, fits func(*journal.Past) bool) (runName, error) {
	runs, err := rundir.Runs(runsDir)
	if err != nil {
		return runName{}, noRun(err)
	}
	var newest rundir.RunInfo
	var begun time.Time
	for _, r := range runs {
		if newest.ID != "" && r.Started.Before(newest.Started) {
			break // names tell runs apart by the second, and journals within one
		}
		if !r.Journal {
			continue
		}
		past, err := readPast(runsDir, r.ID)
		if err != nil {
			return runName{}, noRun(fmt.Errorf("read the journal of run %s: %w", r.ID, err))
		}
		if fits(past) && past.Header.Started.After(begun) {
			newest, begun = r, past.Header.Started
		}
	}
	if newest.ID == "" {
		return runName{}, noRun(fmt.Errorf("find the run: there is none%s in %s", wanted, runsDir))
	}
	return runName{runsDir, newest.ID}, nil
}

// past reads the run's journal.
func (r runName) past() (*journal.Past, error) {
	past, err := readPast(r.runsDir, r.id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noRun(fmt.Errorf("find the run: there is no %s", r.path()))
	}
	if err != nil {
		return nil, noRun(fmt.Errorf("read the journal of run %s: %w", r.id, err))
	}
	return past, nil
}

// noRun is a run that cannot be found or read.
func noRun(err error) error {
	if hinted, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return exit.Usage(err, hinted.Hint(), "")
	}
	return exit.Usage(err, "name a run as its summary does, its directory, or --runs-dir where it lies", "ls -d runs/*")
}

// settingsOf returns the settings of an earlier run, over which those are laid
// that now was given. The command is that of the run.
func settingsOf(e *env, h journal.Header, now *cobra.Command) (*config, *cobra.Command, error) {
	if len(h.Args) == 0 {
		return nil, nil, exit.Usage(errors.New("read the settings of the run: its journal does not say them"), "give the run's own command again", "usersync run --help")
	}
	cmd := &cobra.Command{Use: h.Args[0]}
	load := addSettings(e, cmd)
	if err := cmd.ParseFlags(h.Args[1:]); err != nil {
		return nil, nil, exit.Usage(fmt.Errorf("read the settings of the run: %w", err), "use the version of usersync that began the run", "")
	}
	if err := lay(now, cmd); err != nil {
		return nil, nil, err
	}
	c, err := load()
	return c, cmd, err
}

// runSettings are the settings that can be changed between two parts of a run:
// how fast, how long and how talkative it is.
func runSettings() []string {
	return []string{"rate", "burst", "workers", "batch_size", "retries", "timeout", "max_wait", "give_up_after", "lock_timeout",
		"max_duration", "max_errors", "max_delete", "accept_mapping_change", "trust_eof", "expect_records", "expect_sha256",
		"runs_dir", "allow_rejects", "json", "progress", "log_format", "log_level"}
}
