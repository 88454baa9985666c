package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"usersync/sync/ledger/internal/database"
)

// transaction changes the scope. It begins by checking that the lease is still ours and
// by raising the generation, which also makes every other writer of the scope wait.
type transaction struct {
	context.Context
	l     *Ledger
	tx    *sql.Tx
	scope int64
	feed  int64
	next  int64
	// deletions says that the scope remembers some deletions.
	deletions bool
	fresh     map[*database.Names]map[string]int64
}

// change runs do in one transaction under the lease.
func (l *Ledger) change(ctx context.Context, do func(*transaction) error) (err error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	held := l.held()
	if held == nil {
		return ErrUnlocked
	}
	ctx, end := held.BoundWrite(ctx)
	defer end()
	defer func() {
		if err != nil && !errors.Is(err, ErrFenced) && ctx.Err() != nil {
			err = cmp.Or(held.Check(), err)
		}
	}()
	tx, err := l.db.Write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if failed := tx.Rollback(); failed != nil && !errors.Is(failed, sql.ErrTxDone) {
			err = errors.Join(err, failed)
		}
	}()
	t := &transaction{Context: ctx, l: l, tx: tx, scope: l.scope.Load(), feed: l.feed.Load(), fresh: map[*database.Names]map[string]int64{}}
	if err := t.fence(held); err != nil {
		return err
	}
	if err := do(t); err != nil {
		return err
	}
	if _, err := l.db.Exec(ctx, tx, `UPDATE usersync_scope SET next = ? WHERE num = ?`, t.next, t.scope); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for n, fresh := range t.fresh {
		n.Add(fresh)
	}
	return nil
}

// fence fails with ErrFenced if another run has taken over the scope.
func (t *transaction) fence(held *Lease) error {
	err := t.l.db.QueryRow(t, t.tx, `UPDATE usersync_scope SET generation = generation + 1
		WHERE num = ? AND epoch = ? RETURNING next, EXISTS (SELECT 1 FROM usersync_deleted d WHERE d.scope = ?)`,
		t.scope, held.Epoch, t.scope).Scan(&t.next, &t.deletions)
	if errors.Is(err, sql.ErrNoRows) {
		held.Lose(ErrFenced)
		return ErrFenced
	}
	return err
}

// num returns the number of a name, and assigns one if it has none.
func (t *transaction) num(n *database.Names, name string) (int64, error) {
	if num, ok := n.Num(name); ok {
		return num, nil
	}
	if num, ok := t.fresh[n][name]; ok {
		return num, nil
	}
	num, err := t.l.db.Number(t, t.tx, n.Table, name)
	if err != nil {
		return 0, err
	}
	t.addName(n, name, num)
	return num, nil
}

func (t *transaction) addName(n *database.Names, name string, num int64) {
	if t.fresh[n] == nil {
		t.fresh[n] = map[string]int64{}
	}
	t.fresh[n][name] = num
}

// name returns the name of a number, including one that this transaction has assigned
// and no other transaction can see yet.
func (t *transaction) name(n *database.Names, num int64) (string, error) {
	for name, fresh := range t.fresh[n] {
		if fresh == num {
			return name, nil
		}
	}
	return n.Name(t, t.l.db, num)
}
