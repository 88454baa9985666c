package checkpoint

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"usersync/sync/journal"
	"usersync/sync/user"
)

// input yields a record for each row.
func input(rows []string) iter.Seq2[*user.Record, error] {
	return func(yield func(*user.Record, error) bool) {
		for i, row := range rows {
			if !yield(&user.Record{Origin: user.Origin{Record: i + 1, Raw: row}}, nil) {
				return
			}
		}
	}
}

// checkpointAt returns the checkpoint after the first n rows.
func checkpointAt(t *testing.T, rows []string, n int) journal.Checkpoint {
	t.Helper()
	d := NewDigest()
	for r, err := range input(rows[:n]) {
		if err != nil {
			t.Fatal(err)
		}
		d.Add(r)
	}
	if d.Last() != n {
		t.Fatalf("the last record is %d, want %d", d.Last(), n)
	}
	return journal.Checkpoint{Record: n, InputSHA256: d.Sum()}
}

// skipped returns the rows that are left after a checkpoint.
func skipped(t *testing.T, rows []string, m journal.Checkpoint, mayEnd bool) (rest []string, err error) {
	t.Helper()
	d := NewDigest()
	records, stop, err := Skip(input(rows), d, m, mayEnd)
	if err != nil {
		return nil, err
	}
	defer stop()
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		rest = append(rest, r.Origin.Raw)
	}
	return rest, nil
}

// Wherever the checkpoint is, the rest of the same input is what was not written yet. A
// change before it is found: a byte, a missing row, or two rows that hold the same bytes
// together. What comes after it may have changed.
func TestSkip(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		rows := make([]string, 1+random.IntN(20))
		for i := range rows {
			rows[i] = fmt.Sprintf("u%d,%d", random.IntN(5), random.IntN(100))
		}
		n := random.IntN(len(rows) + 1)
		m := checkpointAt(t, rows, n)
		if rest, err := skipped(t, rows, m, false); err != nil || !slices.Equal(rest, rows[n:]) {
			t.Fatalf("%q after %d: %q, %v", rows, n, rest, err)
		}
		for i := range rows {
			changed := slices.Clone(rows)
			switch random.IntN(3) {
			case 0:
				changed[i] += "!"
			case 1:
				changed = append(slices.Delete(changed, i, i+1), "last")
			case 2:
				changed[i] += "\n"
				if i+1 < len(rows) { // a byte moves from one row to the next
					changed[i], changed[i+1] = rows[i]+rows[i+1][:1], rows[i+1][1:]
				}
			}
			rest, err := skipped(t, changed, m, false)
			_, found := errors.AsType[*InputChangedError](err)
			if same := slices.Equal(changed[:min(n, len(changed))], rows[:n]); found == same || same && !slices.Equal(rest, changed[n:]) {
				t.Fatalf("%q became %q, the checkpoint is after %d: %q, %v", rows, changed, n, rest, err)
			}
		}
	}
}

// An input may end before a checkpoint only if that lies among the deletions after it.
func TestSkipToTheDeletions(t *testing.T) {
	rows := []string{"a", "b"}
	m := checkpointAt(t, rows, 2)
	m.Record = 5
	if rest, err := skipped(t, rows, m, true); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
	_, err := skipped(t, rows, m, false)
	if _, found := errors.AsType[*InputChangedError](err); !found {
		t.Errorf("%v, want an *InputChangedError", err)
	}
	_, err = skipped(t, rows[:1], m, true)
	if _, found := errors.AsType[*InputChangedError](err); !found {
		t.Errorf("a row less: %v, want an *InputChangedError", err)
	}
}

// An input that cannot be read says why.
func TestSkipUnreadableInput(t *testing.T) {
	broken := errors.New("broken")
	unreadable := func(yield func(*user.Record, error) bool) { yield(nil, broken) }
	if _, _, err := Skip(unreadable, NewDigest(), journal.Checkpoint{Record: 1}, false); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
