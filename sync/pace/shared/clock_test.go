package shared_test

import (
	"testing"
	"time"

	redigo "github.com/gomodule/redigo/redis"

	"usersync/sync/pace"
	"usersync/sync/pace/shared"
)

// A server's clock that was ahead and is set back does not stop the calls until it is there again:
// only those that are reserved must be over. A line that is as long as one may be is kept. A pause
// that was over ten minutes before does not begin again.
func TestTheClockIsSetBack(t *testing.T) {
	for name, open := range map[string]func(testing.TB) (pace.Shared, later){"postgres": laterInPostgres, "redis": laterInRedis} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, later := open(t)
			ask := pace.Ask{PerSecond: 20, Burst: 4}
			ready(t, func(string) pace.Shared { return s }, ask)
			later(10 * time.Second)
			ask.Calls = 10
			if kept := reserve(t, s, ask); len(kept.At) > 0 || kept.Next.Sub(kept.Now) < 9*time.Second {
				t.Errorf("%d moments before a line of 10 s, the next in %s", len(kept.At), kept.Next.Sub(kept.Now))
			}
			later(time.Hour)
			ask.Cut = 0.5
			answer := reserve(t, s, ask)
			if wait := answer.Next.Sub(answer.Now); len(answer.At) > 0 || wait < pace.Ahead || wait > 2*pace.Ahead {
				t.Errorf("%d moments after the clock was set back, the next in %s", len(answer.At), wait)
			}
			if answer.Pause > 0 {
				t.Errorf("a pause of %s after the clock was set back", answer.Pause)
			}
			if answer.PerSecond != 10 {
				t.Errorf("%v calls a second after a cut", answer.PerSecond)
			}
		})
	}
}

// later moves the times that a limit holds ahead of its server's clock.
type later func(by time.Duration)

func laterInPostgres(t testing.TB) (pace.Shared, later) {
	url, err := ledgers()
	if err != nil {
		t.Fatal(err)
	}
	db := connect(t, url)
	return &shared.Postgres{DB: db, Account: t.Name(), Run: "run-1"}, func(by time.Duration) {
		if _, err := db.ExecContext(t.Context(), `UPDATE usersync_rate SET due = due + $2, cut = due + $2, paused = due + $2 - 6e8 WHERE name = $1`, t.Name(), by.Microseconds()); err != nil {
			t.Fatal(err)
		}
	}
}

func laterInRedis(t testing.TB) (pace.Shared, later) {
	server := startRedis(t)
	return server.open(t, t.Name(), "run-1"), func(by time.Duration) {
		conn, err := redigo.DialURL(server.address())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		due, err := redigo.Float64(conn.Do("HINCRBYFLOAT", "usersync:rate:"+t.Name(), "due", by.Microseconds()))
		if err == nil {
			_, err = conn.Do("HSET", "usersync:rate:"+t.Name(), "cut", int64(due), "paused", int64(due-6e8))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
