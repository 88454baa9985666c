package journal

import (
	"testing"

	"usersync/sync/user"
)

// A row that was only looked at is not sent, and can be told from another one later.
func TestLookedAtIsNotSent(t *testing.T) {
	s := begin(t, header)
	b := batch(1, 3)
	for i, r := range b.Records {
		r.Hash = uint64(10 + i)
	}
	b.Op = user.Update
	if err := s.j.Looked(b); err != nil {
		t.Fatal(err)
	}
	if err := s.j.Sent(b.Of(b.Records[2:])); err != nil {
		t.Fatal(err)
	}
	past, err := read(s.d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(past.Sent) != 1 || past.Sent[0].Record != 3 || len(past.Hashes) != 3 || past.Hashes[1] != 10 {
		t.Errorf("sent %+v, hashes %v", past.Sent, past.Hashes)
	}
}
