package lease

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"usersync/sync/filelock"
	"usersync/sync/ledger/internal/database"
)

// Shard is a shard of a run. The lease on the scope then belongs to the run, and each of its
// shards renews it, together with the lease on itself.
type Shard struct {
	Run, Main int64 // the numbers of the shard, and of the run of which it is one
	Epoch     int64
	Job       string // the name under which the shards of the run join it
}

// Rival is another process that holds what is wanted. If its values change, it is alive.
type Rival = rival

// IsNone reports whether there is no rival.
func (r rival) IsNone() bool { return r == rival{} }

// Holder is who it is.
func (r rival) Holder() filelock.Holder { return filelock.ParseHolder([]byte(r.holder)) }

// Await calls try until it finds no rival, and fails with a *filelock.HeldError if one that is
// alive is there longer than the wait. Siblings are rivals that are not counted.
func Await(ctx context.Context, o Options, try func(context.Context) (other Rival, sibling bool, err error)) error {
	began, alive := time.Now(), false
	for last := (rival{}); ; {
		now, sibling, err := try(ctx)
		if err != nil || now.IsNone() {
			return err
		}
		if last.IsNone() && o.Waiting != nil && !sibling {
			o.Waiting(now.Holder())
		}
		alive = !sibling && (alive || !last.IsNone() && last != now)
		if last = now; alive && time.Since(began) >= o.Wait {
			return &filelock.HeldError{Holder: now.Holder()}
		}
		select {
		case <-time.After(retryInterval):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// TakeScope takes the scope's row in a transaction, as Take does; with the epoch of a lease
// that the run already has it joins that one. Otherwise it returns the rival.
func TakeScope(ctx context.Context, tx *database.Tx, o Options, epoch int64) (taken, distrusted int64, other Rival, err error) {
	holder := string(filelock.NewHolder(o.Run).Text())
	err = o.DB.QueryRow(ctx, tx, `UPDATE usersync_scope SET epoch = epoch + CAST(epoch <> ? AS INTEGER), holder = ?,
		expires = GREATEST(expires, `+o.DB.Now+` + ?), grace = GREATEST(grace, ?)
		WHERE num = ? AND (epoch = ? OR expires = 0 OR expires + grace <= `+o.DB.Now+`) RETURNING epoch, distrusted`,
		epoch, holder, o.term().Milliseconds(), o.Timeout.Milliseconds(), o.Scope, epoch).Scan(&taken, &distrusted)
	if errors.Is(err, sql.ErrNoRows) {
		err = o.DB.QueryRow(ctx, tx, `SELECT holder, epoch, expires FROM usersync_scope WHERE num = ?`, o.Scope).
			Scan(&other.holder, &other.epoch, &other.expires)
	}
	return taken, distrusted, other, err
}

// TakeShard takes a shard's row in a transaction, if it is free, or if it has expired and its
// holder's calls have timed out. Otherwise it returns the rival.
func TakeShard(ctx context.Context, tx *database.Tx, o Options, run, main int64) (epoch int64, other Rival, err error) {
	err = o.DB.QueryRow(ctx, tx, `INSERT INTO usersync_shard (run, main, holder, expires, grace) VALUES (?, ?, ?, `+o.DB.Now+` + ?, ?)
		ON CONFLICT (run) DO UPDATE SET epoch = usersync_shard.epoch + 1, holder = excluded.holder, expires = excluded.expires, grace = excluded.grace
		WHERE usersync_shard.expires = 0 OR usersync_shard.expires + usersync_shard.grace <= `+o.DB.Now+` RETURNING epoch`,
		run, main, string(filelock.NewHolder(o.Run).Text()), o.term().Milliseconds(), o.Timeout.Milliseconds()).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		err = o.DB.QueryRow(ctx, tx, `SELECT holder, epoch, expires FROM usersync_shard WHERE run = ?`, run).
			Scan(&other.holder, &other.epoch, &other.expires)
	}
	return epoch, other, err
}

// AnyShard returns a process that holds another shard of a run; none if there is none, and no
// call of one that held it can still be in flight.
func AnyShard(ctx context.Context, tx *database.Tx, o Options, run, main int64) (other Rival, err error) {
	err = o.DB.QueryRow(ctx, tx, `SELECT holder, epoch, expires FROM usersync_shard WHERE main = ? AND run <> ? AND expires <> 0
		AND expires + grace > `+o.DB.Now+` ORDER BY run LIMIT 1`, main, run).Scan(&other.holder, &other.epoch, &other.expires)
	if errors.Is(err, sql.ErrNoRows) {
		return other, nil
	}
	return other, err
}

// Asked is a moment before a query that took a lease.
type Asked struct{ moment }

// Now is this moment.
func Now() Asked { return Asked{rightNow()} }

// Hold returns the lease on rows that were taken since asked, and renews it. s is nil for the
// process that starts a run and holds the scope alone.
func Hold(ctx context.Context, o Options, asked Asked, epoch, distrusted int64, s *Shard) *Lease {
	o.Term = o.term()
	l := &Lease{options: o, Epoch: epoch, Distrusted: distrusted, Shard: s, done: make(chan struct{})}
	l.lost, l.end = context.WithCancelCause(context.Background())
	l.until.Store(&until{asked.moment, o.Term})
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go l.renew(renewing)
	return l
}

func (o *Options) term() time.Duration {
	if o.Term <= 0 {
		return defaultTerm
	}
	return o.Term
}

// renewTogether renews the lease on the shard, and the scope's, which it shares. The
// transactions of other shards often lock the row of the scope, one after another: then it takes
// what these have renewed for all (FenceShard), and does not wait in their line.
func (l *Lease) renewTogether(ctx context.Context, asked moment) (ours bool, err error) {
	o := l.options
	if ours, err = l.renewShard(ctx); err != nil || !ours {
		return ours, err
	}
	_, err = o.DB.Exec(ctx, o.DB.Write, `WITH free AS (SELECT num FROM usersync_scope WHERE num = ? AND epoch = ? FOR NO KEY UPDATE SKIP LOCKED)
		UPDATE usersync_scope s SET expires = GREATEST(expires, `+o.DB.Now+` + ?) FROM free WHERE s.num = free.num`, o.Scope, l.Epoch, o.Term.Milliseconds())
	if err != nil {
		return false, err
	}
	var left int64
	err = o.DB.QueryRow(ctx, o.DB.Write, `SELECT expires - `+o.DB.Now+` FROM usersync_scope WHERE num = ? AND epoch = ?`, o.Scope, l.Epoch).Scan(&left)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		l.extend(until{asked, min(o.Term, time.Duration(left)*time.Millisecond)})
	}
	return err == nil, err
}

// extend makes the lease last until a time, unless it lasts longer.
func (l *Lease) extend(u until) {
	if now := rightNow(); u.remaining(now) > l.until.Load().remaining(now) {
		l.until.Store(&u)
	}
}

// renewShard renews the lease on the shard; false if another process has taken it.
func (l *Lease) renewShard(ctx context.Context) (ours bool, err error) {
	o := l.options
	n, err := o.DB.Exec(ctx, o.DB.Write, `UPDATE usersync_shard SET expires = `+o.DB.Now+` + ? WHERE run = ? AND epoch = ?`,
		o.Term.Milliseconds(), l.Shard.Run, l.Shard.Epoch)
	return n == 1, err
}

// releaseShard releases the shard, and the scope after the last shard of the run.
func (l *Lease) releaseShard(ctx context.Context) error {
	o := l.options
	tx, err := o.DB.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	if err := LockJob(ctx, o.DB, tx, o.Scope, l.Shard.Job); err != nil {
		return err
	}
	if _, err := o.DB.Exec(ctx, tx, `SELECT 1 FROM usersync_scope WHERE num = ? FOR UPDATE`, o.Scope); err != nil {
		return err
	}
	if _, err := o.DB.Exec(ctx, tx, `UPDATE usersync_shard SET expires = 0, holder = '' WHERE run = ? AND epoch = ?`, l.Shard.Run, l.Shard.Epoch); err != nil {
		return err
	}
	if _, err := o.DB.Exec(ctx, tx, `UPDATE usersync_scope SET expires = 0, holder = '' WHERE num = ? AND epoch = ?
		AND NOT EXISTS (SELECT 1 FROM usersync_shard s WHERE s.main = ? AND s.expires <> 0)`, o.Scope, l.Epoch, l.Shard.Main); err != nil {
		return err
	}
	return tx.Commit()
}

// LockJob makes all others that begin or end a shard of a run wait for the end of a
// transaction. A transaction that needs the rows of the scope and of shards too takes this lock first,
// then that of the scope, then that of a shard.
func LockJob(ctx context.Context, db *database.DB, tx *database.Tx, scope int64, job string) error {
	_, err := db.Exec(ctx, tx, `SELECT 1 FROM usersync_job WHERE scope = ? AND name = ? FOR UPDATE`, scope, job)
	return err
}

// Scope is the number of the scope.
func (l *Lease) Scope() int64 { return l.options.Scope }

// Leave ends the renewals, and leaves the lease to others of the run.
func (l *Lease) Leave() {
	l.stop()
	<-l.done
	l.Lose(ErrReleased)
}

// Fence fails with ErrFenced if another run has taken over the scope, or another process the
// shard. Until the end of the transaction no one can.
func (l *Lease) Fence(ctx context.Context, tx *database.Tx) error {
	o := l.options
	if err := l.locked(o.DB.QueryRow(ctx, tx, `SELECT num FROM usersync_scope WHERE num = ? AND epoch = ? FOR UPDATE`, o.Scope, l.Epoch)); err != nil {
		return err
	}
	return l.FenceShard(ctx, tx)
}

// FenceShard is Fence for the shard alone, in a transaction that has locked the scope, which it
// renews for all shards of the run. Without a shard it does nothing.
func (l *Lease) FenceShard(ctx context.Context, tx *database.Tx) error {
	o := l.options
	if l.Shard == nil {
		return nil
	}
	if _, err := o.DB.Exec(ctx, tx, `UPDATE usersync_scope SET expires = GREATEST(expires, `+o.DB.Now+` + ?) WHERE num = ? AND epoch = ?`,
		o.Term.Milliseconds(), o.Scope, l.Epoch); err != nil {
		return err
	}
	return l.locked(o.DB.QueryRow(ctx, tx, `SELECT run FROM usersync_shard WHERE run = ? AND epoch = ? FOR SHARE`, l.Shard.Run, l.Shard.Epoch))
}

func (l *Lease) locked(row *sql.Row) error {
	err := row.Scan(new(int64))
	if errors.Is(err, sql.ErrNoRows) {
		l.Lose(ErrFenced)
		return ErrFenced
	}
	return err
}
