package run

import (
	"context"
	"path/filepath"
	"slices"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/summary"
	"usersync/sync/ledger"
	"usersync/writer/report"
)

// Facts help to decide, together with the summary, what to do after a run.
type Facts struct {
	Paths   []string // of the input's files
	Dir     string   // of the run
	Retried string   // directory of the run whose rejects it sent; empty if it is no retry
	Resumed bool     // it was resumed by name
	// Unshown says that the API does not show which users it has created.
	Unshown bool
	// Shard says that it was one: the same command continues it.
	Shard bool
	// Unfinished says that it was merged although not all of its shards had ended.
	Unfinished bool
	LastMet    string // what went wrong with a call most recently; empty if nothing did
}

// Facts returns the facts. They are valid after Send has returned.
func (r *Run) Facts() Facts {
	if r.shard != nil && r.shard.endedAgain {
		return Facts{Paths: r.Paths, Dir: filepath.Join(r.Config.Output.RunsDir, r.shard.joined.Run)}
	}
	if r.at == nil { // the shard was done before
		return Facts{Paths: r.Paths, Shard: true}
	}
	retried := ""
	if o := r.options.Retried; o.Run != "" {
		retried = filepath.Join(o.Rejects.Dir, o.Run)
	}
	return Facts{Paths: r.Paths, Retried: retried, Dir: r.at.files.Dir().Path(), Resumed: r.options.Resume != "",
		Unfinished: r.merged != nil && r.shard.job.Unfinished, Shard: !r.whole() || r.merged != nil && !r.complete, Unshown: r.Conn.Client.Traits().CannotVerifyCreate(), LastMet: r.calls.LastFault()}
}

// logWarnings logs what you should know of the input, after it was read, and of renames.
func (r *Run) logWarnings() {
	var warnings []string
	if !r.reading { // otherwise by another goroutine, which waits for a pipe
		warnings = r.Input.Warnings()
		if r.at.Written == 0 && r.counts.Finished { // otherwise some were met by an earlier part, or would have been later
			warnings = slices.Concat(warnings, preview.ProtectedWarnings(r.protected.Report()))
		}
	}
	for _, warning := range warnings {
		r.options.Log.Always(warning)
	}
	if r.renames != nil && r.renames.Moved() > 0 {
		r.options.Log.Always("users of the ledger have a new id", zap.Int("renamed", r.renames.Moved()), zap.Int("at_most", r.Config.Guards.Renames))
	}
}

// SoFar returns what can be said of a run in progress: its outcomes, calls and pace. It is
// safe for concurrent use with Send.
func (r *Run) SoFar() report.Summary {
	o := r.observed()
	return o.SoFar()
}

func (r *Run) observed() summary.Observed {
	return summary.Observed{Run: r.at.files.Run(), Started: r.started, Written: r.at.Written, Before: r.at.before.Outcomes, Pace: r.Conn.Pace, Calls: &r.calls, Stats: r.stats}
}

// summary says what the run did; err is how it ended.
func (r *Run) summary(err error) report.Summary {
	done := summary.Run{
		Observed: r.observed(), Setup: r.Setup, Now: r.options.Now(), Args: r.options.Args, Files: r.at.files, Counts: r.counts, Noted: r.checkpointer.Noted(),
		NowParked: r.nowParked, Measured: r.measured, Plan: r.options.Plan, Retried: &r.options.Retried,
	}
	return done.Summary(err)
}

// countParked counts the users that the API has refused in a run, which has finished, and that
// the next runs will not send.
func (b *base) countParked(ctx context.Context, l *ledger.Ledger, run string) (int, error) {
	after := b.Config.Ledger.Park.After
	if l == nil || after == 0 {
		return 0, nil
	}
	return l.Runs().Recurring().NowParked(context.WithoutCancel(ctx), run, after)
}
