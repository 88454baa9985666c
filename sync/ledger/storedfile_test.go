package ledger

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"
)

// What is written while earlier bytes are being stored comes after them, whatever bytes they are.
func TestStoredFileIsWrittenWhileItIsStored(t *testing.T) {
	l := open(t, Options{URL: server.database(t)})
	lock(t, l)
	register(t, l, "run-1")
	f, random := l.Stored().File("journal"), rand.New(rand.NewPCG(1, 2))
	var want bytes.Buffer
	writeMore := func() {
		piece := make([]byte, random.IntN(5_000))
		for i := range piece {
			piece[i] = byte(random.Uint32())
		}
		want.Write(piece)
		if _, err := f.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	bound := f.file.Bound
	f.file.Bound = func(ctx context.Context) (context.Context, context.CancelFunc) {
		writeMore() // after Sync has begun
		return bound(ctx)
	}
	writeMore()
	for range 30 {
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	f.file.Bound = bound
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	if got, kept := text(t, l, "run-1"); got != want.String() || !kept || f.Size() != int64(want.Len()) {
		t.Errorf("%d bytes of %d are stored, or others", len(got), want.Len())
	}
}
