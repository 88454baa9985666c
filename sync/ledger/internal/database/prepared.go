package database

import (
	"context"
	"database/sql"
	"sync"
)

// Begin begins a transaction that writes, in which QueryOften, Put and Insert can be used. In
// SQLite it waits until there is no other. In PostgreSQL others wait for the rows that it
// locks: if this process, its machine or the network stops in its midst, the server ends it
// after some seconds, and everything that follows in it fails.
func (db *DB) Begin(ctx context.Context) (*Tx, error) {
	if err := db.writes.prepare(ctx, db.Write); err != nil {
		return nil, err
	}
	if db.bounded != "" {
		return beginBounded(ctx, db)
	}
	tx, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &Tx{Tx: tx}, nil
}

// QueryOften is Query on Read, or in a transaction of Begin, for one of the few queries that
// are run for each chunk of records: it stays prepared. In a transaction, its rows must be
// closed before it is run again.
func (db *DB) QueryOften(ctx context.Context, q Querier, query string, args ...any) (*sql.Rows, error) {
	if db.Path == "" { // PostgreSQL's driver does that by itself
		return db.Query(ctx, q, query, args...)
	}
	statement, err := db.prepared(ctx, q, query)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

// execOften is Exec in a transaction of Begin in SQLite, for one of the few statements that are
// run many times: it stays prepared.
func (db *DB) execOften(ctx context.Context, tx *Tx, query string, args ...any) (sql.Result, error) {
	statement, err := db.prepared(ctx, tx, query)
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(ctx, args...)
}

func (db *DB) prepared(ctx context.Context, q Querier, query string) (*sql.Stmt, error) {
	if tx, within := q.(*Tx); within {
		return db.writes.within(ctx, tx, db.bind(query))
	}
	return db.reads.prepare(ctx, db.Read, db.bind(query))
}

// prepared holds the statements of the connections that read, by their text. Closing the
// database closes them.
type prepared struct {
	mu         sync.Mutex
	statements map[string]*sql.Stmt
}

func (p *prepared) prepare(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.statements[query]; known != nil {
		return known, nil
	}
	fresh, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if p.statements == nil {
		p.statements = map[string]*sql.Stmt{}
	}
	p.statements[query] = fresh
	return fresh, nil
}

// written holds the statements of the only connection that writes. They can only be prepared
// between two transactions, so each of them is prepared twice: in the first transaction that
// needs it, and before the next one.
type written struct {
	mu         sync.Mutex
	statements map[string]*sql.Stmt // by their text; nil is not prepared yet
	tx         *Tx                  // in which a statement was needed last
	in         map[string]*sql.Stmt // those for tx, which closes them
}

func (w *written) prepare(ctx context.Context, db *sql.DB) error {
	for _, query := range w.missing() {
		fresh, err := db.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		w.mu.Lock()
		w.statements[query] = fresh
		w.mu.Unlock()
	}
	return nil
}

func (w *written) missing() (queries []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for query, known := range w.statements {
		if known == nil {
			queries = append(queries, query)
		}
	}
	return queries
}

func (w *written) within(ctx context.Context, tx *Tx, query string) (s *sql.Stmt, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tx != tx {
		w.tx, w.in = tx, map[string]*sql.Stmt{}
	}
	if s := w.in[query]; s != nil {
		return s, nil
	}
	if known := w.statements[query]; known != nil {
		s = tx.StmtContext(ctx, known)
	} else if s, err = tx.PrepareContext(ctx, query); err != nil {
		return nil, err
	} else if w.statements == nil {
		w.statements = map[string]*sql.Stmt{query: nil}
	} else {
		w.statements[query] = nil
	}
	w.in[query] = s
	return s, nil
}
