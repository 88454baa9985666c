package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date. It applies the missing steps and stores the
// number of the last one, in one transaction that only one process at a time can hold.
// Migration libraries lock a session, which a transaction pooler does not keep, or use
// one transaction per step.
func (db *DB) Migrate(ctx context.Context) error {
	steps, err := db.steps()
	if err != nil {
		return err
	}
	if version, err := db.version(ctx, db.Write); err == nil && version == len(steps) && db.isFolded(ctx, db.Write) {
		return nil
	}
	tx, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return db.notOurs(err)
	}
	defer tx.Rollback() // no effect after Commit
	if db.lockSchema != "" {
		if _, err := tx.ExecContext(ctx, db.lockSchema); err != nil {
			return fmt.Errorf("lock the schema: %w", err)
		}
	}
	if err := db.step(ctx, tx, steps); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("create the schema: %w", err)
	}
	return nil
}

// notOurs recognizes a file that is not a database; any other error is wrapped.
func (db *DB) notOurs(err error) error {
	if strings.Contains(err.Error(), "file is not a database") {
		return &UnusableError{Reason: db.Path + " is not a usersync ledger", Hint: "give another path"}
	}
	return fmt.Errorf("read the schema: %w", err)
}

func (db *DB) step(ctx context.Context, tx *sql.Tx, steps []string) error {
	version, err := db.version(ctx, tx)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return &UnusableError{Reason: fmt.Sprintf("it was made by a newer usersync (schema %d; this version knows up to %d)", version, len(steps)),
			Hint: "install the newer usersync, or use another ledger"}
	}
	for n := version; n < len(steps); n++ {
		for statement := range strings.SplitSeq(steps[n], ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("upgrade to schema %d: %w", n+1, err)
			}
		}
	}
	if version < 2 {
		if err := db.nameScopes(ctx, tx); err != nil {
			return err
		}
	}
	if err := db.fold(ctx, tx); err != nil {
		return err
	}
	return db.SetMeta(ctx, tx, "schema", strconv.Itoa(len(steps)))
}

// version returns the schema's version; 0 if the database is empty. A database with
// tables but without a version belongs to another program.
func (db *DB) version(ctx context.Context, q Querier) (int, error) {
	var tables int
	if err := q.QueryRowContext(ctx, db.hasTables).Scan(&tables); err != nil {
		return 0, db.notOurs(err)
	}
	if tables == 0 {
		return 0, nil
	}
	foreign := &UnusableError{Reason: "the database has tables that do not belong to a usersync ledger",
		Hint: "use a database (or schema) that holds nothing but the ledger"}
	if err := q.QueryRowContext(ctx, db.hasMeta).Scan(&tables); err != nil {
		return 0, db.notOurs(err)
	}
	if tables == 0 {
		return 0, foreign
	}
	text, known, err := db.Meta(ctx, q, "schema")
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	if !known {
		return 0, foreign
	}
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 {
		return 0, foreign
	}
	return version, nil
}

// steps returns the SQL of each step of the schema, in order.
func (db *DB) steps() ([]string, error) {
	files, err := migrations.ReadDir(db.migrations)
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(files))
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(steps) {
			return nil, fmt.Errorf("schema step %s has a wrong number", f.Name())
		}
		text, err := migrations.ReadFile(db.migrations + "/" + f.Name())
		if err != nil {
			return nil, err
		}
		steps[n-1] = string(text)
	}
	if slices.Contains(steps, "") {
		return nil, errors.New("a schema step is missing")
	}
	return steps, nil
}
