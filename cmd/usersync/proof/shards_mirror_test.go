package proof

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestProofShardsMirror: the process that deletes what a mirror in shards misses is killed at
// random moments. Each of these users is deleted once, no other is, and each has one outcome.
func TestProofShardsMirror(t *testing.T) {
	overlap(t)
	server := postgres(t)
	for seed := range size(1, 25) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			j := newShardedJob(t, server, 2, uint64(seed))
			j.records = size(180, 3_000)
			j.site.run(t, append(slices.Clone(j.flags), packed(t, write(t, j.records, validRow)))...).wantExit(t, 0)
			loaded := j.resultFiles(t)
			left := j.records / 3 * 2
			j.file = packed(t, write(t, left, func(n int) string { return validRow(stayer(n)) }))
			j.flags = append(j.flags, "--mode", "mirror", "--max-delete", "50%", "--workers", "4")
			for range 5 {
				j.killOne(t)
			}
			j.troubles = 0
			j.run(t)
			j.checkMirror(t, left, loaded)
		})
	}
}

// killOne starts a process for one of the shards, and kills it at a random moment. Its
// deletions take longer than that. On a busy machine its short lease may end before.
func (j *shardedJob) killOne(t *testing.T) {
	u := j.start(t, j.random.IntN(j.shards), "--lease-term", "1s", "--timeout", "1s")
	kill := time.AfterFunc(time.Duration(j.random.IntN(4_000))*time.Millisecond, u.kill)
	if o := u.wait(t); !slices.Contains([]int{-1, 0, 5, 8}, o.exit) {
		t.Errorf("exit %d\n%s", o.exit, o.stderr)
	}
	kill.Stop()
}

func (j *shardedJob) resultFiles(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(j.runs, "*", "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// checkMirror checks the API, and that the merged run has each record of the input and each
// deletion once. The results of runs before it are known: runs of one second have no order.
func (j *shardedJob) checkMirror(t *testing.T, left int, before []string) {
	t.Helper()
	c := crash{site: j.site, api: j.api}
	c.checkMirror(t, left)
	found := slices.DeleteFunc(j.resultFiles(t), func(path string) bool { return slices.Contains(before, path) })
	if len(found) != 1 {
		t.Fatal(found)
	}
	o := execution{dir: filepath.Dir(found[0])}
	rows, outcomes := o.results(t), map[string]int{}
	for i, r := range rows {
		outcomes[r.outcome]++
		if r.record != i+1 {
			t.Errorf("row %d is of record %d", i+1, r.record)
		}
	}
	if outcomes["unchanged"] != left || outcomes["deleted"] != j.records-left {
		t.Errorf("outcomes: %v", outcomes)
	}
	verify(t, j.site, o)
}
