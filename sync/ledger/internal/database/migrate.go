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

// Migrate brings the schema to this version: all steps that are missing, and
// the number of the last one, in one transaction that one process at a time can
// hold. The tools for it lock a session, which a transaction pooler does not
// keep, or use a transaction for each step.
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
	defer tx.Rollback() // after Commit it does nothing
	if db.lockSchema != "" {
		if _, err := tx.ExecContext(ctx, db.lockSchema); err != nil {
			return fmt.Errorf("lock the schema: %w", err)
		}
	}
	if err := db.step(ctx, tx, steps); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("make the schema: %w", err)
	}
	return nil
}

// notOurs tells a file that is no database from other troubles.
func (db *DB) notOurs(err error) error {
	if strings.Contains(err.Error(), "file is not a database") {
		return &UnusableError{Reason: db.Path + " is not a usersync ledger", Hint: "give another path"}
	}
	return fmt.Errorf("look at the schema: %w", err)
}

func (db *DB) step(ctx context.Context, tx *sql.Tx, steps []string) error {
	version, err := db.version(ctx, tx)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return &UnusableError{Reason: fmt.Sprintf("it was made by a newer usersync (schema %d, this one knows %d)", version, len(steps)),
			Hint: "install the newer usersync, or give another ledger"}
	}
	for n := version; n < len(steps); n++ {
		for statement := range strings.SplitSeq(steps[n], ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("make schema %d: %w", n+1, err)
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

// version is the schema's version: 0 of an empty database. A database that has
// tables and no version is somebody else's.
func (db *DB) version(ctx context.Context, q Querier) (int, error) {
	var tables int
	if err := q.QueryRowContext(ctx, db.hasTables).Scan(&tables); err != nil {
		return 0, db.notOurs(err)
	}
	if tables == 0 {
		return 0, nil
	}
	foreign := &UnusableError{Reason: "the database has tables that are not those of a usersync ledger",
		Hint: "give the ledger a database (or schema) of its own"}
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

// steps are the texts of the schema's steps, 1 first.
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
			return nil, fmt.Errorf("schema step %s has no place", f.Name())
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
