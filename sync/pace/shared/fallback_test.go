package shared_test

import (
	"testing"
	"time"

	"usersync/sync/pace"
)

// Where Redis fails, the ledger counts, and no second is fuller for it.
func TestRedisFails(t *testing.T) {
	t.Parallel()
	url, err := ledgers()
	if err != nil {
		t.Fatal(err)
	}
	server := startRedis(t)
	j := crowd(t, url)
	j.Redis = server.address()
	all := j.fleet(t, 4)
	all.await(t, 150, time.Time{})
	server.kill()
	killed := time.Now()
	all.await(t, 150, killed.Add(pace.Ahead+time.Second))
	starts, _ := all.end()
	j.keeps(t, starts)
}
