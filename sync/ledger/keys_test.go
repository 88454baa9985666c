package ledger

import (
	"bytes"
	"errors"
	"testing"
)

// A key of the API goes to the id that claims it first, in whatever shard, and it can be
// claimed again. When the run is over, nothing of that is left.
func TestShardsShareKeysOfTheAPI(t *testing.T) {
	_, first, second := joined(t)
	own := func(l *Ledger, key, id string) bool {
		t.Helper()
		mine, err := l.Shards(night).Own(t.Context(), key, id)
		if err != nil {
			t.Fatal(err)
		}
		return mine
	}
	if !own(first, "r1", "a") || own(second, "r1", "b") || own(first, "r1", "b") || !own(second, "r2", "b") || !own(second, "r1", "a") {
		t.Error("a key went to two ids, or its owner lost it")
	}
	chunks := func() (n int) {
		t.Helper()
		if err := first.entries.DB.QueryRow(t.Context(), first.entries.DB.Read, `SELECT COUNT(*) FROM usersync_chunk`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := chunks(); n != 2 {
		t.Errorf("%d keys are stored", n)
	}
	var journal bytes.Buffer
	if _, _, err := first.Stored().TakeOver(t.Context(), "20260101T000000Z-aaaaaa", "journal", &journal); err != nil || journal.Len() > 0 {
		t.Error("a key counts as the journal of the run", err)
	}
	if err := errors.Join(first.Runs().Absorb(t.Context(), Checkpoint{Run: "20260101T000000Z-aaaaaa"}, nil, "other"), first.Stored().Forget(t.Context())); err != nil {
		t.Fatal(err)
	}
	if n := chunks(); n != 0 {
		t.Errorf("%d keys are left of a run that is over", n)
	}
}

// A process that has lost its shard gets no key.
func TestFencedShardGetsNoKey(t *testing.T) {
	_, first, _ := joined(t)
	if _, err := first.entries.DB.Exec(t.Context(), first.entries.DB.Write, `UPDATE usersync_shard SET epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	if mine, err := first.Shards(night).Own(t.Context(), "r1", "a"); mine || !errors.Is(err, ErrFenced) {
		t.Error(mine, err)
	}
}
