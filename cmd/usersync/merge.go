package main

import (
	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/setting"
)

func mergeCommand(e *env, found *advice.Result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "merge RUN [FILE...]",
		Short: "Write what the shards of a failed run have settled",
		Long: "merge ends a run in shards that cannot be continued: it writes results, rejects and a\n" +
			"summary of all that its shards have settled, and tells the ledger what was in flight.\n" +
			"It sends nothing. The input and the settings must be those of the run. No shard may be\n" +
			"at work, and none can continue: a new run sends what is missing. RUN is the run's name\n" +
			"or its --run-id. You do not need it for a run whose shards all end: the last one merges.",
		Annotations: withExitCodes(),
		Example:     "  usersync merge night-2026-11-27 --config usersync.yaml users.csv",
		Args:        cobra.MinimumNArgs(1),
	}
	load := addSettings(e, cmd, setting.ForRun)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		c.Invocation.Run, c.Invocation.Files = args[0], c.Invocation.Files[1:]
		return e.process().Merge(cmd.Context(), c, found)
	}
	return cmd
}
