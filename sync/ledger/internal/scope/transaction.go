package scope

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/lease"
)

// Tx is a transaction that changes a scope. It begins by checking that the lease is still
// ours and by raising the generation, which also makes every other writer of the scope
// wait. It is for one goroutine.
type Tx struct {
	context.Context
	*Scope
	SQL *database.Tx
	ID  int64 // the number of the scope
	To  int64 // the number of the feed that new entries belong to
	// Next is the row of the next new entry.
	Next int64
	// Alone says that no other process adds to the scope while the lease is held.
	Alone bool
	// Deletions says that the scope remembers some deletions.
	Deletions bool
	// Recurring says that the scope remembers rows that were refused or invalid.
	Recurring bool

	fresh map[*database.Names]map[string]int64
}

// Change runs do in one transaction under the lease. Only one may be in progress at a
// time. If another run has taken over the scope, it fails with lease.ErrFenced.
func (s *Scope) Change(ctx context.Context, held *lease.Lease, do func(*Tx) error) (err error) {
	ctx, end := held.BoundWrite(ctx)
	defer end()
	defer func() {
		if err != nil && !errors.Is(err, lease.ErrFenced) && ctx.Err() != nil {
			err = cmp.Or(held.Check(), err)
		}
	}()
	tx, err := s.DB.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if failed := tx.Rollback(); failed != nil && !errors.Is(failed, sql.ErrTxDone) {
			err = errors.Join(err, failed)
		}
	}()
	t := &Tx{Context: ctx, Scope: s, SQL: tx, ID: s.num.Load(), To: s.feed.Load(), Alone: held.Shard == nil, fresh: map[*database.Names]map[string]int64{}}
	if err := t.fence(held); err != nil {
		return err
	}
	if err := do(t); err != nil {
		return err
	}
	return t.commit()
}

func (t *Tx) commit() error {
	if _, err := t.Exec(`UPDATE usersync_scope SET next = ? WHERE num = ?`, t.Next, t.ID); err != nil {
		return err
	}
	if err := t.SQL.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for n, fresh := range t.fresh {
		n.Add(fresh)
	}
	return nil
}

// fence fails with ErrFenced if another run has taken over the scope.
func (t *Tx) fence(held *lease.Lease) error {
	err := t.DB.QueryRow(t, t.SQL, `UPDATE usersync_scope SET generation = generation + 1
		WHERE num = ? AND epoch = ? RETURNING next, EXISTS (SELECT 1 FROM usersync_deleted d WHERE d.scope = ?),
		EXISTS (SELECT 1 FROM usersync_recurring r WHERE r.scope = ?)`,
		t.ID, held.Epoch, t.ID, t.ID).Scan(&t.Next, &t.Deletions, &t.Recurring)
	if errors.Is(err, sql.ErrNoRows) {
		held.Lose(lease.ErrFenced)
		return lease.ErrFenced
	}
	if err != nil {
		return err
	}
	return held.FenceShard(t, t.SQL)
}

// KeepGeneration leaves the generation as it was before the transaction, so that plans stay
// valid. It is for what changes nothing that a plan depends on.
func (t *Tx) KeepGeneration() error {
	_, err := t.Exec(`UPDATE usersync_scope SET generation = generation - 1 WHERE num = ?`, t.ID)
	return err
}

// Exec runs a statement, and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	return t.DB.Exec(t, t.SQL, query, args...)
}

// NumberOf returns the number of a name, and assigns one if it has none.
func (t *Tx) NumberOf(n *database.Names, name string) (int64, error) {
	if num, ok := n.Num(name); ok {
		return num, nil
	}
	if num, ok := t.fresh[n][name]; ok {
		return num, nil
	}
	num, err := t.DB.Number(t, t.SQL, n.Table, name)
	if err != nil {
		return 0, err
	}
	t.AddName(n, name, num)
	return num, nil
}

// AddName records the number of a name, for others once the transaction is committed.
func (t *Tx) AddName(n *database.Names, name string, num int64) {
	if t.fresh[n] == nil {
		t.fresh[n] = map[string]int64{}
	}
	t.fresh[n][name] = num
}

// NameOf returns the name of a number, including one that this transaction has assigned
// and no other transaction can see yet.
func (t *Tx) NameOf(n *database.Names, num int64) (string, error) {
	for name, fresh := range t.fresh[n] {
		if fresh == num {
			return name, nil
		}
	}
	return n.Name(t, t.DB, num)
}

// FeedNumber is the inverse of FeedName; a feed without a number gets one.
func (t *Tx) FeedNumber(name string) (int64, error) {
	if name == SharedFeed {
		return 0, nil
	}
	return t.NumberOf(t.Feeds, name)
}
