// Package shared keeps a limit on calls that several processes share: in PostgreSQL, or in
// Redis, with PostgreSQL to fall back on.
//
// The limit is a generic cell rate algorithm. All that is kept is when the next call is
// due. A process that asks reserves the next moments, and the due time moves on. Only the
// server's clock counts.
//
// It makes no calls and waits for no moment; package pace does. Start at Postgres.
package shared

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"time"

	"usersync/sync/pace"
)

//go:embed reserve.sql
var reserveSQL string

// Postgres is a limit in the table usersync_rate of a ledger. It is safe for concurrent
// use.
type Postgres struct {
	// DB is the ledger's database. Reservations must not wait for the ledger's transactions,
	// so it has connections of its own.
	DB *sql.DB
	// Account names the scope that the limit is for, and Run the run, which its processes
	// have in common.
	Account, Run string
}

// Reserve reserves moments in one statement. The error is that of the database.
func (p *Postgres) Reserve(ctx context.Context, a pace.Ask) (answer pace.Answer, err error) {
	for range 2 {
		if answer, err = p.ask(ctx, a); !errors.Is(err, sql.ErrNoRows) {
			break
		}
		if _, err = p.DB.ExecContext(ctx, `INSERT INTO usersync_rate (name) VALUES ($1) ON CONFLICT DO NOTHING`, p.Account); err != nil {
			break
		}
	}
	if err != nil {
		return pace.Answer{}, fmt.Errorf("reserve calls in the ledger's database: %w", err)
	}
	return answer, nil
}

func (p *Postgres) ask(ctx context.Context, a pace.Ask) (pace.Answer, error) {
	var l line
	err := p.DB.QueryRowContext(ctx, reserveSQL, p.Account, p.Run, float64(a.Calls), a.PerSecond, float64(a.Burst), micros(a.Margin), a.Lost,
		micros(a.Pause), a.Cut, a.Granted, a.Lowered, a.Quota, micros(a.QuotaFor), a.Well).
		Scan(&l.now, &l.base, &l.head, &l.apart, &l.early, &l.taken, &l.grace, &l.force, &l.pause)
	return l.answer(), err
}

// redisIsOff reports whether Redis no longer counts the calls of the run.
func (p *Postgres) redisIsOff(ctx context.Context) (off bool, err error) {
	err = p.DB.QueryRowContext(ctx, `SELECT off = $2 FROM usersync_rate WHERE name = $1`, p.Account, p.Run).Scan(&off)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("find out whether Redis counts the calls: %w", err)
	}
	return off, nil
}

// turnRedisOff lets all processes of the run reserve here.
func (p *Postgres) turnRedisOff(ctx context.Context) error {
	_, err := p.DB.ExecContext(ctx, `INSERT INTO usersync_rate (name, off) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET off = excluded.off`, p.Account, p.Run)
	if err != nil {
		return fmt.Errorf("let the ledger's database count the calls: %w", err)
	}
	return nil
}

// line is the line of calls as a server describes it, in microseconds by its clock.
type line struct {
	now, base    float64 // no call may start before base
	head         float64 // when the first call is due
	apart, early float64 // between two calls, and how much before it is due a call may start
	taken        float64 // calls that were reserved
	grace, pause float64
	force        float64 // calls per second
}

// answer works out the moments that were reserved.
func (l line) answer() pace.Answer {
	a := pace.Answer{Now: moment(l.now), Next: l.start(l.taken), Grace: span(l.grace) - rounding, Pause: span(l.pause), PerSecond: l.force}
	for i := range int(l.taken) {
		a.At = append(a.At, l.start(float64(i)))
	}
	return a
}

// rounding is more than what is lost where times are rounded to microseconds.
const rounding = 10 * time.Microsecond

// start is when the call after n others may start.
func (l line) start(n float64) time.Time { return moment(max(l.base, l.head+n*l.apart-l.early)) }

func moment(micros float64) time.Time { return time.UnixMicro(int64(math.Ceil(micros))) }

func span(micros float64) time.Duration { return time.Duration(micros * float64(time.Microsecond)) }

func micros(d time.Duration) float64 { return float64(d / time.Microsecond) }
