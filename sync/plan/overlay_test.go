package plan

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// What a plan would have done is known to later records, whether it is still in memory or on
// disk by then.
func TestOverlayRemembersBeyondMemory(t *testing.T) {
	ctx := context.Background()
	overlay := NewOverlay(OverlayOptions{})
	defer func() {
		if err := overlay.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(overlay.spill.dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there", overlay.spill.dir)
		}
	}()
	records := phoned("made=1", "changed=2", "gone=3")
	for i, o := range []user.Outcome{{Status: user.Created, Remote: "planned"}, {Status: user.Updated}, {Status: user.Deleted}} {
		o.Record = records[i]
		if err := overlay.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	if err := overlay.spill.toDisk(3); err != nil {
		t.Fatal(err)
	}
	known, err := overlay.Lookup(ctx, []string{"made", "changed", "gone", "nobody"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var standings []user.EntryState
	for _, k := range known {
		standings = append(standings, k.State)
	}
	if want := []user.EntryState{user.Present, user.Present, user.Absent, user.Absent}; !slices.Equal(standings, want) {
		t.Errorf("standings %v, want %v", standings, want)
	}
	if !overlay.Unchanged(known[0], &records[0].User) || overlay.Unchanged(known[1], &phoned("changed=9")[0].User) {
		t.Error("what they hold is not known")
	}
	if overlay.Checkpointed() != 3 || len(overlay.spill.entries) != 0 {
		t.Errorf("marked %d, %d in memory", overlay.Checkpointed(), len(overlay.spill.entries))
	}
}

func TestChanges(t *testing.T) {
	known := user.Fingerprints{Fields: []user.Fingerprint{{Field: user.Phone, Sum: 1}}}
	var c Changes
	c.add(known, nil)
	c.add(known, []user.Field{user.Phone, user.Email})
	c.add(known, []user.Field{user.Phone})
	c.add(known, []user.Field{fingerprint.Secrets})
	want := []FieldChange{{Field: user.Phone, Users: 2}, {Field: user.Email, Users: 1, New: 1}, {Field: fingerprint.Secrets, Users: 1, New: 1}}
	if diff := cmp.Diff(want, c.List()); diff != "" || c.Compared != 4 || c.Changed != 3 {
		t.Errorf("%d compared, %d changed: %s", c.Compared, c.Changed, diff)
	}
}
