package database

import (
	"fmt"
	"path/filepath"
	"testing"
)

var insertNumbers = Insertion{Into: `INSERT INTO numbers (n, name)`, Columns: 2, Conflict: ` ON CONFLICT (n) DO NOTHING`}

// numbers returns the values of rows from one number up to another.
func numbers(from, to int) (values []any) {
	for n := from; n < to; n++ {
		values = append(values, int64(n), fmt.Sprint(n))
	}
	return values
}

// What transactions run often is prepared once for all of them, also if one is given up, and
// reads and writes what it should.
func TestStatementsStayPrepared(t *testing.T) {
	db, err := openSQLite(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(t.Context(), db.Write, `CREATE TABLE numbers (n INTEGER PRIMARY KEY, name TEXT)`); err != nil {
		t.Fatal(err)
	}
	for round, want := range []int{121, 243, 366, 370} {
		tx, err := db.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if missing := db.writes.missing(); len(missing) != 0 {
			t.Errorf("round %d: not prepared: %q", round, missing)
		}
		if err := db.Insert(t.Context(), tx, insertNumbers, numbers(0, want)); err != nil {
			t.Fatal(round, err)
		}
		if got := countNumbers(t, db, tx); got != want {
			t.Errorf("round %d: %d rows, want %d", round, got, want)
		}
		if round == 2 {
			err = tx.Rollback()
		} else {
			err = tx.Commit()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := countNumbers(t, db, db.Read); got != 370 {
		t.Errorf("%d rows, want 370", got)
	}
	if n := len(db.writes.statements); n != 5 {
		t.Errorf("%d statements are kept, want those that insert 250, 50, 10 rows and 1, and that count", n)
	}
}

func countNumbers(t *testing.T, db *DB, q Querier) (n int) {
	t.Helper()
	rows, err := db.QueryOften(t.Context(), q, `SELECT count(*) FROM numbers`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
