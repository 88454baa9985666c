package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/scrub"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
	"usersync/writer/rundir"
)

func scrubCommand(e *env) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "scrub [RUN|--last]",
		Short: "Copy a run without personal data, for a public report",
		Long: "scrub writes a tar.gz of what a run has left that is safe to attach to a public report of\n" +
			"a bug: the summary, settings, calls that failed, and up to 10,000 rows of results, rejected\n" +
			"ones first. Ids, keys of the API and ids of calls are replaced by a hash whose key is kept\n" +
			"nowhere. Values, rejects, names of files, hosts, accounts and persons, command lines and\n" +
			"the mapping are left out: only what is known to be harmless is copied. The README in it\n" +
			"says what it holds. The run is not changed. Look at the bundle before you publish it.",
		Example: "  usersync scrub\n  usersync scrub runs/20261122T021500Z-k3q7ab --out report.tar.gz",
		Args:    atMostOneRun,
	}
	cmd.Flags().StringVar(&out, "out", "", "the `FILE` to write; - is standard output; the default is the name of the run and .tar.gz, in the working directory")
	load, find := addSettings(e, cmd, setting.ForVerify), runArguments(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		r, err := find(c.Output.RunsDir, firstOf(args), func(p *journal.History) bool { return p.Begun })
		if err != nil {
			return err
		}
		if !r.Journal.Begun {
			return exit.Usage(fmt.Errorf("scrub run %s: it ended before it sent anything", r.ID), "there is nothing to copy", "")
		}
		return e.scrub(cmd, r, out)
	}
	return cmd
}

// scrub writes the bundle, and says what it holds.
func (e *env) scrub(cmd *cobra.Command, r *history.Run, out string) (err error) {
	if out == "" {
		out = r.ID + ".tar.gz"
	}
	to := rundir.Stream(e.rawStdout(), "standard output")
	if out != "-" {
		if to, err = rundir.Replace(out); err != nil {
			return err
		}
	}
	done, err := scrub.Write(to, r, scrubbedConfig(e, r))
	if err != nil {
		return errors.Join(fmt.Errorf("scrub run %s: %w", r.ID, err), to.Drop())
	}
	if err := to.Commit(); err != nil {
		return fmt.Errorf("write the bundle: %w", err)
	}
	return e.note(cmd, fmt.Sprintf("%s: %d rows of results, %d calls; %d rows are left out", out, done.Rows, done.Calls, done.LeftOut),
		"its README.txt says what was removed; look at it before you publish it", "")
}

// scrubbedConfig are the settings of a run, without those that are not known to be harmless.
func scrubbedConfig(e *env, r *history.Run) (s scrub.Config) {
	c, err := settingsFor(e, r.Journal.Header, &cobra.Command{}, noCredentials)
	if err != nil || c == nil {
		s.Note = "the settings of the run cannot be read any more"
		return s
	}
	for _, v := range c.Relevant() {
		shown := scrub.Setting{Key: v.Key, Value: v.Text, From: "set"}
		if !v.Harmless {
			shown.Value = ""
		}
		s.Settings = append(s.Settings, shown)
	}
	return s
}

// rawStdout is standard output for bytes that are not text.
func (e *env) rawStdout() io.Writer {
	if w, ok := e.stdout.(interface{ Unwrap() io.Writer }); ok {
		return w.Unwrap()
	}
	return e.stdout
}
