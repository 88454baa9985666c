package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
)

// Shard is the part of a run's input that this process sends.
type Shard struct {
	Index, Count int // Count is 1 if the run is not made in shards
}

// Split reports whether the run is made in several shards.
func (s Shard) Split() bool { return s.Count > 1 }

// String is the shard as --shard takes it.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Shards says how a run is made by several processes.
type Shards struct {
	Shard
	RunID string // the name that its processes have in common
}

// The flags of a run in shards.
const (
	ShardFlag = "shard"
	RunIDFlag = "run-id"
)

func (s *Shards) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "shard", Group: setting.GroupLedger, Flag: ShardFlag, Value: "I/N", Global: true, Added: true,
			Use: "send the part I of N of the input, I from 0 (flag only); needs a ledger in PostgreSQL, and run_id; the environments of Kubernetes, Cloud Run, AWS Batch and Slurm are understood",
			Set: setting.Into(&s.Shard, parseShard)},
		{Key: "run_id", Group: setting.GroupLedger, Flag: RunIDFlag, Value: "NAME", Global: true, Added: true,
			Use: "name that the shards of one run have in common, and no other run has, such as that of a Job",
			Set: setting.Into(&s.RunID, parseRunID)},
	}
}

func parseShard(text string) (s Shard, err error) {
	index, count, _ := strings.Cut(text, "/")
	return shardOf(index, count, 0)
}

// maxShards is how many shards a run has at most.
const maxShards = 1000

// shardOf reads a shard whose first index is first.
func shardOf(index, count string, first int) (Shard, error) {
	i, err := strconv.Atoi(index)
	n, bad := strconv.Atoi(count)
	s := Shard{i - first, n}
	if err != nil || bad != nil || s.Index < 0 || s.Count > maxShards || s.Index >= s.Count {
		return Shard{}, fmt.Errorf("must be I/N: I from 0 to N-1, N at most %d", maxShards)
	}
	return s, nil
}

func parseRunID(text string) (string, error) {
	if len(text) > 200 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("must be at most 200 printable ASCII characters, without spaces")
	}
	return text, nil
}

// The environment variables that several systems set for the processes of one job.
const (
	indexVariable = "USERSYNC_SHARD_INDEX"
	countVariable = "USERSYNC_SHARD_COUNT"
)

// arrays are the variables with which systems number the processes of a job.
var arrays = [...]struct{ index, count, first, job string }{
	{indexVariable, countVariable, "", ""},
	{"JOB_COMPLETION_INDEX", countVariable, "", ""},
	{"CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT", "", "CLOUD_RUN_EXECUTION"},
	{"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", "", "AWS_BATCH_JOB_ID"},
	{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_JOB_ID"},
}

// FindShard reads the shard from the environment, unless a setting names it. Only a command
// that can send a part of the input needs it: the others ignore such variables.
func (c *Config) FindShard() error { return c.Shards.find(c.sources.Environment.Lookup) }

func (s *Shards) find(lookup func(string) (string, bool)) error {
	value := func(name string) string {
		text, _ := lookup(name)
		return text
	}
	named := s.Count > 0
	by := ""
	for _, a := range arrays {
		if named || value(a.index) == "" {
			continue
		}
		if value(a.count) == "" {
			if value(a.index) == "0" && a.index != indexVariable {
				continue // the only process, or one of a job that knows no shards
			}
			return exit.Usage(fmt.Errorf("read settings: %s says that this is one of several processes, and not of how many", a.index),
				"set "+countVariable+" to their number", "usersync help settings")
		}
		first, _ := strconv.Atoi(value(a.first))
		found, err := shardOf(value(a.index), value(a.count), first)
		if err != nil {
			return exit.Usage(fmt.Errorf("read settings: %s and %s do not name a shard: %w", a.index, a.count, err), "set both, or neither", "usersync help settings")
		}
		if by != "" && found != s.Shard {
			return exit.Usage(fmt.Errorf("read settings: %s says shard %s, and %s says %s", by, s.Shard, a.index, found), "unset one of them, or give --"+ShardFlag, "usersync help settings")
		}
		s.Shard, by = found, a.index
		if s.RunID == "" && a.job != "" {
			s.RunID, _, _ = strings.Cut(value(a.job), ":") // AWS Batch adds the index
		}
	}
	if s.Count == 0 {
		s.Count = 1
	}
	return nil
}
