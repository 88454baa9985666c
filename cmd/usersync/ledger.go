package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
)

func ledgerCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Look into what is remembered of the API, and mend it",
		Long: "ledger works on the ledger of the config, in the scope that a run with the same settings has: API, host and account.\n" +
			"show, stats and export only read; import, resolve and forget take the lock that a run takes. Nothing is sent.",
	}
	cmd.AddCommand(ledgerShow(e), ledgerStats(e), ledgerExport(e), ledgerImport(e), ledgerResolve(e), ledgerForget(e))
	return cmd
}

// access is how a command uses the ledger.
type access uint8

const (
	reading access = iota // there must be one
	writing               // there must be one, and nobody else may use it
	making                // it is made if there is none, and nobody else may use it
)

// onLedger lets cmd run do on the ledger of its config.
func onLedger(e *env, cmd *cobra.Command, a access, do func(ctx context.Context, l *ledger.Ledger, args []string) error) *cobra.Command {
	load := addSettings(e, cmd, config.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return withLedger(cmd.Context(), c, a, func(l *ledger.Ledger) error { return do(cmd.Context(), l, args) })
	}
	return cmd
}

func withLedger(ctx context.Context, c *config.Config, a access, do func(*ledger.Ledger) error) (err error) {
	if c.Target.Sandbox {
		return exit.Usage(errors.New("open the ledger: the sandbox's ledger lies in the run's own directory, and ends with it"), "set sandbox to false", "usersync help settings")
	}
	c.Target.Offline = true
	conn, err := connect.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	url := c.Ledger.At(c.Output.RunsDir)
	if err := checkThere(url, a); err != nil {
		return err
	}
	l, err := connect.OpenLedger(ctx, c, conn.ScopeIn(c.Ledger.Feed), url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if a != reading {
		if _, err := l.Lock(ctx, "usersync-ledger", c.Ledger.LockTimeout); err != nil {
			return err
		}
	}
	return do(l)
}

// checkThere refuses to make a ledger only to find nothing in it, and makes its
// place where it is to be made.
func checkThere(url string, a access) error {
	path, isFile := strings.CutPrefix(url, config.SQLiteURL)
	switch {
	case url == config.NoLedger:
		return exit.Usage(errors.New("open the ledger: the settings say that there is none"), "give --ledger", "usersync help settings")
	case !isFile:
		return nil
	case a == making:
		return os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return exit.Usage(fmt.Errorf("open the ledger: there is none at %s", path), "give --ledger or --runs-dir; the first run makes it", "usersync help settings")
	}
	return nil
}

// ledgerArguments refuses another number of arguments than cmd takes.
func ledgerArguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) && !slices.Contains(args, "") {
			return nil
		}
		takes := "no argument"
		if len(names) > 0 {
			takes = "one " + strings.Join(names, " and one ")
		}
		return exit.Usage(fmt.Errorf("read arguments: %s takes %s", cmd.CommandPath(), takes), "", cmd.CommandPath()+" --help")
	}
}
