package journal

import (
	"bytes"
	"errors"
	"testing"

	"usersync/sync/user"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func rewrite(t fatal, from []byte, edit Edit) []byte {
	var to bytes.Buffer
	if err := Rewrite(&to, bytes.NewReader(from), int64(len(from)), edit); err != nil {
		t.Fatalf("%v", err)
	}
	return to.Bytes()
}

// Whatever happened in a run, its rewritten journal says the same.
func TestRewrittenItSaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := begin(t, header)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			s.step(t)
		}
		want, err := read(s.d.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(rewrite(t, s.d.Bytes(), Edit{Sent: func(*Sent) {}, Settled: func(*user.Settled) {}, Checkpoint: func(*Checkpoint) {}}))
		if err != nil {
			t.Fatal(err)
		}
		want.Size, want.Torn, got.Size = 0, 0, 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("read -, rewritten +:\n%s", diff)
		}
	})
}

func TestRewrittenWithoutAPerson(t *testing.T) {
	s := begin(t, header)
	for _, err := range []error{s.j.Sent(batch(1, 3)), s.j.Settled(settled(batch(1, 2))), s.j.Checkpoint(Checkpoint{Record: 1, Results: 7})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	text := rewrite(t, s.d.Bytes(), Edit{
		Sent: func(s *Sent) { s.ID = "x" },
		Settled: func(o *user.Settled) {
			if o.Record == 2 {
				o.ID, o.RequestID = "x", ""
			}
		},
		Checkpoint: func(m *Checkpoint) { m.Results = 5 },
	})
	past, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(past.Sent) != 1 || past.Sent[0].ID != "x" || len(past.Settled) != 1 || past.Settled[0].ID != "x" || past.Checkpoint.Results != 5 {
		t.Errorf("%+v", past)
	}
	if bytes.Contains(text, []byte("CUST-0000000002")) || !bytes.Contains(text, []byte("CUST-0000000001")) {
		t.Error("another one was changed, or this one was not")
	}
}

func TestDamageIsNotRewritten(t *testing.T) {
	s := begin(t, header)
	if err := errors.Join(s.j.Sent(batch(1, 3)), s.j.Checkpoint(Checkpoint{Record: 3})); err != nil {
		t.Fatal(err)
	}
	text := bytes.Clone(s.d.Bytes())
	text[len(text)/2] ^= 1
	if err := Rewrite(&bytes.Buffer{}, bytes.NewReader(text), int64(len(text)), Edit{}); !errors.As(err, new(*DamagedError)) {
		t.Errorf("Rewrite = %v", err)
	}
}
