package ledger

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
)

// names are the small numbers that stand for fields, runs and feeds.
type names struct {
	table string
	known atomic.Pointer[vocabulary]
}

// vocabulary is a state of names. It does not change.
type vocabulary struct {
	nums  map[string]int64
	names map[int64]string
}

func (n *names) now() *vocabulary {
	if v := n.known.Load(); v != nil {
		return v
	}
	return &vocabulary{}
}

// name returns the name that num stands for, and asks the database when it is
// not known yet.
func (n *names) name(ctx context.Context, l *Ledger, num int64) (string, error) {
	if name, ok := n.now().names[num]; ok {
		return name, nil
	}
	if err := n.load(ctx, l); err != nil {
		return "", err
	}
	if name, ok := n.now().names[num]; ok {
		return name, nil
	}
	return "", fmt.Errorf("%s has no number %d: %w", n.table, num, errCutPrints)
}

func (n *names) load(ctx context.Context, l *Ledger) error {
	rows, err := l.read.QueryContext(ctx, `SELECT num, name FROM `+n.table)
	if err != nil {
		return fmt.Errorf("read %s: %w", n.table, err)
	}
	defer rows.Close()
	v := &vocabulary{map[string]int64{}, map[int64]string{}}
	for rows.Next() {
		var num int64
		var name string
		if err := rows.Scan(&num, &name); err != nil {
			return fmt.Errorf("read %s: %w", n.table, err)
		}
		v.nums[name], v.names[num] = num, name
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", n.table, err)
	}
	n.known.Store(v)
	return nil
}

// learn adds what a committed transaction has named.
func (n *names) learn(fresh map[string]int64) {
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
