package journal

import (
	"errors"
	"testing"

	"usersync/sync/user"
)

// TestRememberedDeletion: what is known of a deletion is known when the run is continued, for each
// user alone.
func TestRememberedDeletion(t *testing.T) {
	var outcomes []user.Outcome
	for i, remembered := range []bool{true, false, true, true, false} {
		outcomes = append(outcomes, user.Outcome{Record: &user.Record{Origin: user.Origin{Record: i + 1}, User: user.User{ID: "u"}},
			Status: user.Deleted, Action: user.Delete, Code: user.CodeAlreadyAbsent, Remembered: remembered})
	}
	body, err := appendSettled(nil, outcomes)
	if err != nil {
		t.Fatal(err)
	}
	settled, err := decodeSettled(body)
	if err != nil || len(settled) != len(outcomes) {
		t.Fatal(settled, err)
	}
	for i, s := range settled {
		if s.Remembered != outcomes[i].Remembered {
			t.Errorf("record %d: %t", s.Record, s.Remembered)
		}
	}
}

// TestDeletesBeforeTheLedgersMark: a kill between the checkpoint of the ledger and that of the
// journal loses none of the first deletes.
func TestDeletesBeforeTheLedgersMark(t *testing.T) {
	s := begin(t, header)
	outcomes := settled(batch(1, 3))
	for i := range outcomes {
		outcomes[i].Status, outcomes[i].Code, outcomes[i].Remembered = user.Deleted, user.CodeAlreadyAbsent, i == 1
	}
	if err := errors.Join(s.j.Sent(batch(1, 3)), s.j.Settled(outcomes)); err != nil {
		t.Fatal(err)
	}
	past, err := read(s.d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	past.Advance(Checkpoint{Record: 2})
	past.Advance(Checkpoint{Record: 2})
	if want := (user.FirstDeletes{Tried: 2, Absent: 1}); past.Checkpoint.Noted.Deletes != want {
		t.Errorf("%+v, want %+v", past.Checkpoint.Noted.Deletes, want)
	}
}
