package journal

import (
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
