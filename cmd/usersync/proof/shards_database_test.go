package proof

import (
	"fmt"
	"testing"
	"time"

	"usersync/sync/ledger/ledgertest"
)

// TestProofShardsDatabase: the database of the ledger crashes at random moments while four
// shards run, and comes back, sooner or later than their leases end. Each user is settled once.
func TestProofShardsDatabase(t *testing.T) {
	server := postgres(t)
	for seed := range size(1, 25) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			j := newShardedJob(t, server, 4, uint64(seed))
			j.troubles, j.pause = 0, time.Second
			j.records = size(1_200, 200_000)
			j.file = write(t, j.records, validRow)
			crashed := make(chan error, 1)
			go func() { crashed <- j.crashDatabase(server, 2) }()
			j.run(t)
			if err := <-crashed; err != nil {
				t.Fatal(err)
			}
			j.check(t)
		})
	}
}

// crashDatabase crashes the server a number of times.
func (j *shardedJob) crashDatabase(server *ledgertest.Postgres, times int) error {
	for range times {
		<-time.After(j.within(3 * time.Second))
		if err := server.Crash(); err != nil {
			return err
		}
		away := j.within(5 * time.Second) // leases last three seconds
		j.note("%s the database is away for %s", time.Now().Format(time.TimeOnly), away.Round(time.Millisecond))
		<-time.After(away)
		if err := server.Restart(); err != nil {
			return err
		}
	}
	return nil
}

// within draws a time.
func (j *shardedJob) within(most time.Duration) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return time.Duration(j.random.Int64N(int64(most)))
}
