package shared_test

import (
	"syscall"
	"testing"
	"time"

	"usersync/sync/ledger/ledgertest"
	"usersync/sync/pace"
	"usersync/sync/pace/shared"
)

// crowd is a job of which several processes want more than the limit allows.
func crowd(t testing.TB, url string) job {
	return job{Ledger: url, Account: t.Name(), Rate: 100, Burst: 3, Workers: 8, Latency: 10 * time.Millisecond}
}

// Processes that are stopped, killed and started again keep the limit together. One that
// stood still does not make up for it.
func TestProcessesTogetherKeepTheLimit(t *testing.T) {
	t.Parallel()
	url, err := ledgers()
	if err != nil {
		t.Fatal(err)
	}
	j := crowd(t, url)
	all := j.fleet(t, 6)
	all.await(t, 100, time.Time{})
	all[0].signal(syscall.SIGSTOP)
	all[1].signal(syscall.SIGKILL)
	all = append(all, j.start(t))
	all.await(t, 120, time.Now())
	all[0].signal(syscall.SIGCONT)
	all.await(t, 100, time.Now())
	starts, _ := all.end()
	j.keeps(t, starts)
	if all[0].at[len(all[0].at)-1].Before(all[6].at[0]) {
		t.Error("a process that stood still makes no calls any more")
	}
}

// Where the database fails, no call starts until it is back, and then no more than before.
func TestTheDatabaseCrashes(t *testing.T) {
	t.Parallel()
	var own ledgertest.Postgres
	url, err := own.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := own.Stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := migrate(url); err != nil {
		t.Fatal(err)
	}
	idle, long := &shared.Postgres{DB: connect(t, url), Account: "idle", Run: "run-1"}, pace.Ask{Calls: 1, PerSecond: 1, Burst: 30}
	reserve(t, idle, long)
	j := crowd(t, url)
	all := j.fleet(t, 4)
	all.await(t, 100, time.Time{})
	if err := own.Crash(); err != nil {
		t.Fatal(err)
	}
	crashed := time.Now()
	<-time.After(2 * time.Second)
	back := time.Now()
	if err := own.Restart(); err != nil {
		t.Fatal(err)
	}
	if answer := reserve(t, idle, long); len(answer.At) > 0 {
		t.Errorf("a process that did not see the crash may call after %s", answer.At[0].Sub(answer.Now))
	}
	all.await(t, 100, back)
	starts, _ := all.end()
	j.keeps(t, starts)
	for _, at := range starts {
		if at.After(crashed.Add(1200*time.Millisecond)) && at.Before(back) {
			t.Fatalf("a call started %s after the database was gone", at.Sub(crashed))
		}
	}
}
