package ledger

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"usersync/sync/ledger/rowset"
)

// Callers recognize a failed ledger by the type of the error, so every method must return
// it.
func TestEveryFailureIsTyped(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		var export bytes.Buffer
		l, err := Open(t.Context(), Options{URL: url, Key: testKey, Scope: "s"})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // the lease can no longer be released
		lock(t, l)
		if err := l.Admin().Export(t.Context(), &export); err != nil {
			t.Fatal(err)
		}
		l.entries.DB.Write.Close()
		l.entries.DB.Read.Close()
		seen := &rowset.Set{}
		seen.Add(1)
		for name, do := range map[string]func() error{
			"Look":          func() error { _, err := l.Lookup(t.Context(), []string{"a"}); return err },
			"Show":          func() error { _, err := l.Admin().Show(t.Context(), "a"); return err },
			"Show a bad id": func() error { _, err := l.Admin().Show(t.Context(), ""); return err },
			"Stats":         func() error { _, err := l.Admin().Stats(t.Context()); return err },
			"Generation":    func() error { _, err := l.Generation(t.Context()); return err },
			"Max":           func() error { _, err := l.Max(t.Context()); return err },
			"Rules":         func() error { _, _, err := l.Rules(t.Context()); return err },
			"KeepRules":     func() error { return l.KeepRules(t.Context(), Rules{}) },
			"Share":         func() error { return l.Share(t.Context(), []string{"a"}) },
			"Mark":          func() error { return l.Save(t.Context(), Checkpoint{Run: "1"}, nil) },
			"LastMark":      func() error { _, _, err := l.LastCheckpoint(t.Context(), "1"); return err },
			"Pend":          func() error { return l.RecordIntent(t.Context(), "1", nil) },
			"Unpend":        func() error { return l.ClearIntent(t.Context(), "1", nil) },
			"KeepUnchanged": func() error { return l.Runs().KeepUnchanged(t.Context(), "1", seen) },
			"Unchanged":     func() error { _, err := l.Runs().Unchanged(t.Context()); return err },
			"Export":        func() error { return l.Admin().Export(t.Context(), io.Discard) },
			"Import":        func() error { _, err := l.Admin().Import(t.Context(), bytes.NewReader(export.Bytes())); return err },
			"Resolve":       func() error { return l.Admin().Resolve(t.Context(), "a", "b") },
			"Forget":        func() error { return l.Admin().Forget(t.Context(), "a") },
			"a second Lock": func() error { _, err := l.Lock(t.Context(), "2", 0); return err },
			"Open":          func() error { _, err := Open(t.Context(), Options{URL: "sqlite:/dev/null/x", Scope: "s"}); return err },
			"Rows": func() error {
				for _, err := range l.Rows(t.Context(), "default") {
					return err
				}
				return nil
			},
			"RowsFrom": func() error {
				for _, err := range l.RowsFrom(t.Context(), "default", "") {
					return err
				}
				return nil
			},
		} {
			if _, ok := errors.AsType[*FailedError](do()); !ok {
				t.Errorf("%s does not return a *FailedError", name)
			}
		}
	})
}

func TestHeldErrorIsWrapped(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		lock(t, open(t, Options{URL: url}))
		_, err := open(t, Options{URL: url}).Lock(t.Context(), "2", time.Millisecond)
		if _, ok := err.(*FailedError); !ok {
			t.Errorf("%T", err)
		}
	})
}
