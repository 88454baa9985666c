package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"usersync/sync/ledger/ledgertest"
)

// shardRate is the rate of all shards together, in calls per second.
const shardRate = 12

// TestProofShards: shards that are killed, stopped and doubled at random settle each user
// once, and one of them writes the results of all.
func TestProofShards(t *testing.T) {
	server := postgres(t)
	for _, shards := range []int{4, 16} {
		for seed := range size(1, 25) {
			t.Run(fmt.Sprintf("%d shards, seed %d", shards, seed), func(t *testing.T) {
				j := newShardedJob(t, server, shards, uint64(seed))
				j.run(t)
				j.check(t)
			})
		}
	}
}

// postgres is a server that is stopped at the end of the test.
func postgres(t *testing.T) *ledgertest.Postgres {
	server := &ledgertest.Postgres{}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// shardedJob does what an Indexed Job of Kubernetes does: it runs a process per index, and
// another if that fails. Disturb makes them fail.
type shardedJob struct {
	site
	api     *sandbox
	flags   []string
	file    string
	records int
	shards  int
	pause   time.Duration // before another process is started

	seconds  sync.WaitGroup // second processes of an index
	mu       sync.Mutex
	random   *rand.Rand
	troubles int // that are still to be made
	// suspended counts the processes that were suspended: each may have been between the check
	// of its moment and the first byte of its call, which is late then.
	suspended int
	log       []string
}

func newShardedJob(t *testing.T, server *ledgertest.Postgres, shards int, seed uint64) *shardedJob {
	t.Helper()
	database, err := server.Database(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	j := &shardedJob{
		site: newSite(t), api: startSandbox(t, "--latency", "20ms"), shards: shards, records: size(3_000, 200_000),
		random: rand.New(rand.NewPCG(seed, uint64(shards))), troubles: 2 * shards,
	}
	j.file = write(t, j.records, validRow)
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("5a", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	rate := size(shardRate, 20*shardRate)
	j.flags = []string{"--config", j.api.config(t, "ledger_key: file:"+key), "--ledger", database, "--run-id", fmt.Sprintf("night-%d", seed), "--rate", fmt.Sprintf("%d/s", rate),
		"--batch-size", "25", "--timeout", "2s", "--lease-term", "3s", "--lock-timeout", "60s", "--results-format", "csv"}
	return j
}

// start starts a process for an index.
func (j *shardedJob) start(t *testing.T, index int, more ...string) *process {
	t.Helper()
	flags := append(slices.Clone(j.flags), "--shard", fmt.Sprintf("%d/%d", index, j.shards))
	return j.begin(t, nil, append(append(flags, more...), j.file)...)
}

// run runs all indexes to their ends.
func (j *shardedJob) run(t *testing.T) {
	var all sync.WaitGroup
	for index := range j.shards {
		all.Go(func() { j.complete(t, index) })
	}
	all.Wait()
	j.seconds.Wait()
	if t.Failed() {
		t.Log(strings.Join(j.log, "\n"))
	}
}

// mostAttempts is how often an index may fail.
const mostAttempts = 40

// complete starts processes for an index until one exits with 0.
func (j *shardedJob) complete(t *testing.T, index int) {
	for range mostAttempts {
		u := j.start(t, index)
		disturbed, end := j.disturb(t, index, u)
		o := u.wait(t)
		end()
		j.note("%s shard %d: %s, exit %d", time.Now().Format(time.TimeOnly), index, disturbed, o.exit)
		switch o.exit {
		case 0:
			return
		case -1, 5, 8, 130, 137, 143:
			<-time.After(j.pause)
		default:
			t.Errorf("shard %d: exit %d after %s\n%s", index, o.exit, disturbed, o.stderr)
			return
		}
	}
	t.Errorf("shard %d did not complete", index)
}

// disturb does something to a process, or lets it be. Call end when the process has ended.
func (j *shardedJob) disturb(t *testing.T, index int, u *process) (what string, end func()) {
	kind, after := j.trouble()
	do := func() {}
	switch kind {
	case "kill":
		do = u.kill
	case "terminate":
		do = func() { u.signal(syscall.SIGTERM) }
	case "suspend": // longer than the lease and the timeout of its calls
		do = func() {
			u.signal(syscall.SIGSTOP)
			j.mu.Lock()
			j.suspended++
			j.mu.Unlock()
			time.AfterFunc(8*time.Second, func() { u.signal(syscall.SIGCONT) })
			j.seconds.Go(func() { j.second(t, index) })
		}
	case "double":
		do = func() { j.seconds.Go(func() { j.second(t, index) }) }
	}
	begun := make(chan struct{})
	timer := time.AfterFunc(after, func() { do(); close(begun) })
	return fmt.Sprintf("%s after %s", kind, after.Round(time.Millisecond)), func() {
		if !timer.Stop() {
			<-begun
		}
	}
}

// second starts another process for an index that has one. It must not send what the other
// sends, whichever of them is slow.
func (j *shardedJob) second(t *testing.T, index int) {
	u := j.start(t, index)
	o := u.wait(t)
	j.note("%s shard %d: a second process, exit %d", time.Now().Format(time.TimeOnly), index, o.exit)
	if !slices.Contains([]int{0, 5, 8}, o.exit) {
		t.Errorf("the second process of shard %d: exit %d\n%s", index, o.exit, o.stderr)
	}
}

func (u *process) signal(s os.Signal) { _ = u.cmd.Process.Signal(s) } // the error means that it has already ended

// trouble draws what happens to the next process, and when.
func (j *shardedJob) trouble() (kind string, after time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.troubles == 0 {
		return "nothing", 0
	}
	j.troubles--
	kinds := []string{"kill", "kill", "terminate", "suspend", "double", "nothing"}
	return kinds[j.random.IntN(len(kinds))], time.Duration(j.random.IntN(size(6_000, 30_000))) * time.Millisecond
}

func (j *shardedJob) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.log = append(j.log, fmt.Sprintf(format, args...))
}

// check checks what all indexes have left behind.
func (j *shardedJob) check(t *testing.T) {
	t.Helper()
	var dirs []string
	for _, path := range []string{"results.csv", "results.csv.partial"} {
		found, err := filepath.Glob(filepath.Join(j.runs, "*", path))
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, found...)
	}
	if len(dirs) != 1 {
		t.Fatalf("results: %q, want those of one run", dirs)
	}
	o := execution{dir: filepath.Dir(dirs[0])}
	rows, held := o.results(t), j.api.users(t)
	if len(rows) != j.records || len(held) != j.records {
		t.Fatalf("%d outcomes of %d records, and the API holds %d users", len(rows), j.records, len(held))
	}
	for i, r := range rows {
		if u := held[r.id]; r.record != i+1 || r.outcome != "created" || u.Created != 1 || !u.Held {
			t.Fatalf("row %d: %+v, and the API has %+v", i+1, r, u)
		}
	}
	if s := o.summary(t); s.State != "finished" || s.ExitCode != 0 || s.SettledUpTo != j.records {
		t.Errorf("summary: %+v", s)
	}
	if peak := j.api.state(t).PeakSecond; peak > size(shardRate, 20*shardRate)+1+j.suspended {
		t.Errorf("%d calls in one second", peak)
	}
	verify(t, j.site, o)
}
