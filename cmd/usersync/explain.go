package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/explain"
	"usersync/cmd/usersync/internal/lookup"
	"usersync/cmd/usersync/internal/setting"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/identity"
	"usersync/sync/journal"
)

// explainOptions are the flags of explain that are not settings.
type explainOptions struct {
	remote     string
	runs       int
	showValues bool
	json       bool
	wrong      error // with the settings
}

func explainCommand(e *env) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain ID|--remote KEY [RUN]",
		Short: "Explain everything that is known about one user",
		Long: "explain says in plain words what the runs in --runs-dir did with one user: the input file\n" +
			"and line, what was done and why, the calls, the outcome, what happened to a rejected row,\n" +
			"what the ledger holds now, and which command to type next. Nothing is sent and nothing is\n" +
			"changed. RUN limits it to one run.\n\n" +
			"No value of the user is shown, only the names of fields. --show-values reads the values\n" +
			"from the run's original input, if it and the settings have not changed since; a secret is\n" +
			"never shown. The API's own key of the user can be given in place of the id: --remote.\n\n" +
			"Runs have an index of their users, so that a year of runs is searched in less than a\n" +
			"second. Results without an index, of earlier versions or of a run that was killed, are\n" +
			"read up to 256 MB in all; what was not read is listed.\n\n" +
			"Exit codes: 0 something is known about the user; 2 nothing is.",
		Example: "  usersync explain 4711\n  usersync explain 4711 runs/20261122T021500Z-k3q7ab --show-values\n  usersync explain --remote 7f0c2d --json",
	}
	cmd.Flags().StringVar(&o.remote, "remote", "", "the `KEY` that the API made for the user")
	cmd.Flags().IntVar(&o.runs, "runs", 10, "how many runs to list, the newest first")
	cmd.Flags().BoolVar(&o.showValues, "show-values", false, "also show the values that the row gave the user")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON document")
	load := addSettings(e, cmd, setting.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, wrong := load()
		if wrong != nil && (c == nil || c.Output.RunsDir == "") {
			return wrong
		}
		q, err := queryOf(cmd, c, o, args)
		if err != nil {
			return err
		}
		o.wrong = wrong // such as a secret that is not set here: what the runs say needs none
		return e.explain(cmd, c, o, q)
	}
	return cmd
}

// queryOf reads the arguments of explain.
func queryOf(cmd *cobra.Command, c *config.Config, o explainOptions, args []string) (q explain.Query, err error) {
	most := 2
	if o.remote != "" {
		most, args = 2, append([]string{""}, args...)
	}
	if len(args) == 0 || len(args) > most || o.remote == "" && args[0] == "" {
		return q, exit.Usage(fmt.Errorf("read arguments: %s takes one ID, and perhaps one run", cmd.CommandPath()), "", cmd.CommandPath()+" --help")
	}
	if o.runs < 1 {
		return q, exit.Usage(errors.New("read arguments: --runs must be at least 1"), "", cmd.CommandPath()+" --help")
	}
	q = explain.Query{RunsDir: c.Output.RunsDir, ID: identity.Clean(args[0]), Remote: o.remote}
	if len(args) == 2 {
		q.Run = filepath.Base(args[1])
		if q.Run != args[1] {
			q.RunsDir = filepath.Dir(filepath.Clean(args[1]))
		}
	}
	return q, nil
}

// explain collects what is known, and prints it.
func (e *env) explain(cmd *cobra.Command, c *config.Config, o explainOptions, q explain.Query) error {
	from := lookup.Source{Config: c, Wrong: o.wrong, Runs: o.runs, Values: o.showValues, Settings: func(h journal.Header, withFlags bool) (*config.Config, error) {
		if withFlags {
			return settingsFor(e, h, cmd, theAccount)
		}
		return settingsFor(e, h, &cobra.Command{}, theAccount)
	}}
	x, err := from.Collect(cmd.Context(), q)
	if err != nil {
		return err
	}
	if !x.Known() {
		return from.NothingKnown(x, q)
	}
	if !o.json {
		return explain.Print(e.stdout, x, terminal.Columns(e.stdout))
	}
	out := json.NewEncoder(e.stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(x)
}
