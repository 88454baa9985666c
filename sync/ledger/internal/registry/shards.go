package registry

import (
	"strconv"
	"strings"
)

const shardMark = "."

// Shard is the name of a shard of a run.
func Shard(run string, index int) string { return run + shardMark + strconv.Itoa(index) }

// Main is the run of which a run is a shard; the run itself if it is none.
func Main(run string) string {
	name, _, _ := strings.Cut(run, shardMark)
	return name
}

// Shards is how the names of all shards of a run begin, and no other name does.
func Shards(run string) string { return run + shardMark }
