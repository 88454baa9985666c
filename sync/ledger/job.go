package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/registry"
)

// Job is a run that several processes make together, each a shard of it, in a shared ledger.
type Job struct {
	Name   string // that they have in common
	Shards int
	// Identity is what all shards must agree on, by what it is about.
	Identity map[string]string
	// Unfinished says that the run is ended although shards of it are not done.
	Unfinished bool
}

const (
	jobStarting = "starting"
	jobOpen     = "open"
	jobMerged   = "merged"
	jobEnded    = "ended" // although not all of its shards were done
)

// FindJob returns the name and the number of shards of a run that is made in shards, by its
// name or by that which its processes have in common, and what its own name is; it is empty
// if no shard has begun. It fails with ErrUnknownRun if there is none.
func (l *Ledger) FindJob(ctx context.Context, name string) (j Job, run string, merged bool, err error) {
	scope, err := l.entries.Num(ctx)
	if err != nil || l.entries.DB.Path != "" {
		return j, "", false, cmp.Or(failed("look up the run", err), ErrUnknownRun)
	}
	var state string
	err = l.entries.DB.QueryRow(ctx, l.entries.DB.Read, `SELECT name, shards, run, state FROM usersync_job WHERE scope = ? AND (name = ? OR run = ?)`, scope, name, name).
		Scan(&j.Name, &j.Shards, &run, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return j, "", false, ErrUnknownRun
	}
	return j, run, state == jobMerged || state == jobEnded, failed("look up the run", err)
}

// JobError says that a process does not belong to the run that it wants to join.
type JobError struct {
	Name string
	What []string // that differs
}

// Error names what differs.
func (e *JobError) Error() string {
	differ := "differs"
	if len(e.What) > 1 {
		differ = "differ"
	}
	return fmt.Sprintf("join run %q: %s of the shard that began it %s", e.Name, strings.Join(e.What, ", "), differ)
}

// ShardName is the name of a shard of a run, as the ledger knows it.
func ShardName(run string, index int) string { return registry.Shard(run, index) }

// MainRun is the run of which a run is a shard; the run itself if it is none.
func MainRun(run string) string { return registry.Main(run) }

// read reads the run, and locks it for the transaction.
func (j *joining) read(ctx context.Context, tx *database.Tx) error {
	var identity string
	err := j.options.DB.QueryRow(ctx, tx, `SELECT run, identity, state, epoch FROM usersync_job WHERE scope = ? AND name = ? FOR UPDATE`,
		j.options.Scope, j.job.Name).Scan(&j.run, &identity, &j.state, &j.epoch)
	if err != nil {
		return err
	}
	was := map[string]string{}
	if err := json.Unmarshal([]byte(identity), &was); err != nil {
		return err
	}
	var differs []string
	for _, what := range slices.Sorted(maps.Keys(j.job.Identity)) {
		if was[what] != j.job.Identity[what] {
			differs = append(differs, what)
		}
	}
	if len(differs) > 0 && j.state != jobStarting {
		return &JobError{Name: j.job.Name, What: differs}
	}
	return nil
}

// checkOpen fails with an *OverError if another run has absorbed this one, or a person has given
// it up: what its shards did is accounted for, and may have been changed since.
func (j *joining) checkOpen(ctx context.Context, tx *database.Tx) error {
	e := OverError{Run: j.run}
	err := j.options.DB.QueryRow(ctx, tx, `SELECT state, ended_by FROM usersync_run WHERE name = ?`, j.run).Scan(&e.State, &e.By)
	if err != nil || e.State == RunOpen || e.State == RunStopped {
		return err
	}
	return &e
}
