package lease

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"usersync/sync/filelock"
)

// retryInterval is the pause between two attempts to take a lease.
const retryInterval = 200 * time.Millisecond

func (l *Lease) takeRow(ctx context.Context) error {
	err := Await(ctx, l.options, func(ctx context.Context) (rival, bool, error) {
		other, err := l.tryRow(ctx)
		return other, false, err
	})
	if err != nil {
		return err
	}
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go l.renew(renewing)
	return nil
}

// rival is another run that holds the scope. If its values change, the run is alive.
type rival struct {
	holder         string
	epoch, expires int64
}

// tryRow takes the row if it was released, or if by the server's clock it has expired and
// the holder's calls have timed out. Otherwise it returns the holder.
func (l *Lease) tryRow(ctx context.Context) (other rival, err error) {
	o, asked := l.options, rightNow()
	err = o.DB.QueryRow(ctx, o.DB.Write, `UPDATE usersync_scope SET epoch = epoch + 1, holder = ?, expires = `+o.DB.Now+` + ?, grace = ?
		WHERE num = ? AND (expires = 0 OR expires + grace <= `+o.DB.Now+`) RETURNING epoch, distrusted`,
		string(filelock.NewHolder(o.Run).Text()), o.Term.Milliseconds(), o.Timeout.Milliseconds(), o.Scope).Scan(&l.Epoch, &l.Distrusted)
	if errors.Is(err, sql.ErrNoRows) {
		err = o.DB.QueryRow(ctx, o.DB.Write, `SELECT holder, epoch, expires FROM usersync_scope WHERE num = ?`, o.Scope).
			Scan(&other.holder, &other.epoch, &other.expires)
		return other, err
	}
	if err == nil {
		l.until.Store(&until{asked, o.Term})
	}
	return other, err
}

// renew renews the row until ctx ends or the lease is lost.
func (l *Lease) renew(ctx context.Context) {
	defer close(l.done)
	pause := l.options.Term / 10
	for {
		select {
		case <-time.After(min(pause, max(l.remaining(), 0))):
		case <-ctx.Done():
			return
		}
		switch ours, err := l.renewOnce(ctx); {
		case ctx.Err() != nil:
			return
		case err == nil && !ours:
			l.Lose(ErrFenced)
			return
		case l.remaining() <= 0:
			l.Lose(ErrLost)
			return
		case err != nil:
			pause = l.options.Term / 30
		default:
			pause = l.options.Term / 10
		}
	}
}

func (l *Lease) renewOnce(ctx context.Context) (ours bool, err error) {
	o, asked := l.options, rightNow()
	ctx, cancel := context.WithTimeout(ctx, max(l.remaining(), time.Millisecond))
	defer cancel()
	if l.Shard != nil {
		return l.renewTogether(ctx, asked)
	}
	n, err := o.DB.Exec(ctx, o.DB.Write, `UPDATE usersync_scope SET expires = `+o.DB.Now+` + ? WHERE num = ? AND epoch = ?`,
		o.Term.Milliseconds(), o.Scope, l.Epoch)
	ours = n == 1
	if err == nil && ours {
		l.until.Store(&until{asked, o.Term})
	}
	return ours, err
}

func (l *Lease) releaseRow(ctx context.Context) error {
	if l.Shard != nil {
		return l.releaseShard(ctx)
	}
	o := l.options
	_, err := o.DB.Exec(ctx, o.DB.Write, `UPDATE usersync_scope SET expires = 0, holder = '' WHERE num = ? AND epoch = ?`, o.Scope, l.Epoch)
	return err
}
