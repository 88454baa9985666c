// Package shards is what a run in shards adds to others: which records of the input a shard
// settles, what the shards tell each other, how a shard gets back the files that another machine
// had, and how the results of all shards become one, in the order of the input.
//
// It knows neither how a run begins nor how it ends. Start at Part and Join.
package shards

import (
	"fmt"
	"hash/fnv"
	"iter"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/reader"
	"usersync/sync/identity"
	"usersync/sync/user"
)

// Part is a shard's part of the input.
type Part struct{ config.Shard }

// takes reports whether the shard settles a record: rows whose ids look alike are in one
// shard, and so are all rows of a user.
func (p Part) takes(r *user.Record) bool { return p.indexOf(r) == p.Index }

// indexOf is the shard that settles a record.
func (p Part) indexOf(r *user.Record) int {
	if r.User.ID == "" {
		return r.Origin.Record % p.Count
	}
	hash := fnv.New64a()
	hash.Write([]byte(identity.Fold(r.User.ID))) // never fails
	return int(hash.Sum64() % uint64(p.Count))
}

// Of passes all records on, and says of which another shard settles.
func (p Part) Of(records iter.Seq2[*user.Record, error]) reader.Records {
	return func(yield func(*user.Record, error) bool) {
		for r, err := range records {
			if err == nil && !p.takes(r) {
				r.Origin.Elsewhere = true
				r.User.Attributes = nil // no one needs them here
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Closing reports whether it is what comes after all shards, and takes no record: it deletes
// the users that a mirror misses, and merges.
func (p Part) Closing() bool { return p.Index == p.Count }

// Window is how many records are in memory: those of other shards need no call. A journal
// bounds how many there may be after a checkpoint.
func (p Part) Window() int {
	const normal, most = 16384, 40960
	return min(normal*p.Count, most)
}

// Check refuses settings that shards cannot have. Nothing was sent. paths are those of the input.
func Check(c *config.Config, paths []string) error {
	s := c.Shards
	refuse := func(what, hint string) error {
		return exit.Usage(fmt.Errorf("check shard %s: %s; nothing was sent", s.Shard, what), hint, "usersync run --help")
	}
	switch {
	case !s.Split():
		return nil
	case c.Target.Sandbox:
		return refuse("the built-in sandbox ends with this process, and shards are several", "start one with usersync sandbox, and give its address with --base-url")
	case !c.Ledger.Shared():
		return refuse("shards need a ledger that all of them can reach", "set --ledger to postgres://...")
	case s.RunID == "":
		return refuse("nothing says which processes make one run", "give all of them the same --"+config.RunIDFlag+", which no other run has")
	case !input.Repeatable(paths):
		return refuse("each shard reads the whole input, and this input can be read only once", "write it to a file first")
	case c.Guards.Canary > 0, c.Guards.Renames > 0:
		return refuse("--canary and --renames are for a run without shards", "leave them out, or --shard")
	}
	return nil
}
