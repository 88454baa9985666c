package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"usersync/sync/ledger/internal/database"
)

// writing is a transaction that changes the scope. It begins by proving that
// the lease is still ours and by raising the generation, which also makes every
// other writer of the scope wait.
type writing struct {
	context.Context
	l     *Ledger
	tx    *sql.Tx
	scope int64
	feed  int64
	next  int64
	// deletions says that some of the scope are remembered.
	deletions bool
	fresh     map[*database.Names]map[string]int64
}

// change runs do in one transaction under the lease.
func (l *Ledger) change(ctx context.Context, do func(*writing) error) (err error) {
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
		if gone := tx.Rollback(); gone != nil && !errors.Is(gone, sql.ErrTxDone) {
			err = errors.Join(err, gone)
		}
	}()
	w := &writing{Context: ctx, l: l, tx: tx, scope: l.scope.Load(), feed: l.feed.Load(), fresh: map[*database.Names]map[string]int64{}}
	if err := w.fence(held); err != nil {
		return err
	}
	if err := do(w); err != nil {
		return err
	}
	if _, err := l.db.Exec(ctx, tx, `UPDATE usersync_scope SET next = ? WHERE num = ?`, w.next, w.scope); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for n, fresh := range w.fresh {
		n.Learn(fresh)
	}
	return nil
}

func (w *writing) fence(held *Lease) error {
	err := w.l.db.QueryRow(w, w.tx, `UPDATE usersync_scope SET generation = generation + 1
		WHERE num = ? AND epoch = ? RETURNING next, EXISTS (SELECT 1 FROM usersync_deleted d WHERE d.scope = ?)`,
		w.scope, held.Epoch, w.scope).Scan(&w.next, &w.deletions)
	if errors.Is(err, sql.ErrNoRows) {
		held.Lose(ErrFenced)
		return ErrFenced
	}
	return err
}

// num returns the small number of a name, and gives it one if it has none.
func (w *writing) num(n *database.Names, name string) (int64, error) {
	if num, ok := n.Num(name); ok {
		return num, nil
	}
	if num, ok := w.fresh[n][name]; ok {
		return num, nil
	}
	num, err := w.l.db.Number(w, w.tx, n.Table, name)
	if err != nil {
		return 0, err
	}
	w.learn(n, name, num)
	return num, nil
}

func (w *writing) learn(n *database.Names, name string, num int64) {
	if w.fresh[n] == nil {
		w.fresh[n] = map[string]int64{}
	}
	w.fresh[n][name] = num
}

// name returns the name of a number, also of one that this transaction has
// given out and nobody else can see yet.
func (w *writing) name(n *database.Names, num int64) (string, error) {
	for name, fresh := range w.fresh[n] {
		if fresh == num {
			return name, nil
		}
	}
	return n.Name(w, w.l.db, num)
}
