package database

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"

	"usersync/sync/fingerprint"
)

// Names maps the names of fields, runs or feeds to the numbers that stand for them, and
// caches them. It is safe for concurrent use.
type Names struct {
	Table string
	known atomic.Pointer[vocabulary]
}

// vocabulary is an immutable snapshot of names.
type vocabulary struct {
	nums  map[string]int64
	names map[int64]string
}

// Num returns the number of a name, if the cache has it.
func (n *Names) Num(name string) (num int64, known bool) {
	num, known = n.now().nums[name]
	return num, known
}

func (n *Names) now() *vocabulary {
	if v := n.known.Load(); v != nil {
		return v
	}
	return &vocabulary{}
}

// Name returns the name that num stands for, from the cache or the database.
func (n *Names) Name(ctx context.Context, db *DB, num int64) (string, error) {
	if name, ok := n.now().names[num]; ok {
		return name, nil
	}
	if err := n.load(ctx, db); err != nil {
		return "", err
	}
	if name, ok := n.now().names[num]; ok {
		return name, nil
	}
	return "", fmt.Errorf("%s has no number %d: %w", n.Table, num, fingerprint.ErrDamaged)
}

func (n *Names) load(ctx context.Context, db *DB) error {
	rows, err := db.Read.QueryContext(ctx, `SELECT num, name FROM `+n.Table)
	if err != nil {
		return fmt.Errorf("read %s: %w", n.Table, err)
	}
	defer rows.Close()
	v := &vocabulary{map[string]int64{}, map[int64]string{}}
	for rows.Next() {
		var num int64
		var name string
		if err := rows.Scan(&num, &name); err != nil {
			return fmt.Errorf("read %s: %w", n.Table, err)
		}
		v.nums[name], v.names[num] = num, name
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", n.Table, err)
	}
	n.known.Store(v)
	return nil
}

// Add caches the names that a committed transaction has added.
func (n *Names) Add(fresh map[string]int64) {
	if len(fresh) == 0 {
		return
	}
	old := n.now()
	v := &vocabulary{maps.Clone(old.nums), maps.Clone(old.names)}
	if v.nums == nil {
		v.nums, v.names = map[string]int64{}, map[int64]string{}
	}
	for name, num := range fresh {
		v.nums[name], v.names[num] = num, name
	}
	n.known.Store(v)
}
