package shards

import (
	"strconv"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/user"
)

// Each record is in exactly one shard, ids that look alike in the same one, and the shards are
// about as large as each other.
func TestShardOf(t *testing.T) {
	record := func(n int, id string) *user.Record {
		return &user.Record{Origin: user.Origin{Record: n}, User: user.User{ID: id}}
	}
	s := Part{config.Shard{Index: 3, Count: 16}}
	sizes := make([]int, 16)
	for i := range 16_000 {
		sizes[s.indexOf(record(i, "cust-"+strconv.Itoa(i)))]++
	}
	for i, n := range sizes {
		if n < 800 || n > 1200 {
			t.Errorf("shard %d of 16 has %d of 16000 users", i, n)
		}
	}
	for _, pair := range [][2]string{{"Cust-1", "cust-1"}, {"101", "101.0"}, {"00123", "123"}, {"Straße-9", "STRASSE-9"}} {
		if s.indexOf(record(1, pair[0])) != s.indexOf(record(2, pair[1])) {
			t.Errorf("%q and %q are in two shards", pair[0], pair[1])
		}
	}
	if s.indexOf(record(18, "")) != 2 || s.indexOf(record(19, "")) != 3 {
		t.Error("rows without an id are not taken by their number")
	}
	// The shard of an id must never change: a run is continued by other versions too.
	if got := s.indexOf(record(1, "cust-1")); got != 4 {
		t.Errorf("cust-1 is in shard %d", got)
	}
}
