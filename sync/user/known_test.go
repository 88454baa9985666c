package user

import (
	"reflect"
	"testing"
)

// An entry is zero only if none of its fields says anything.
func TestIsZero(t *testing.T) {
	if !new(LedgerEntry).IsZero() {
		t.Error("an entry that says nothing is not zero")
	}
	says := LedgerEntry{
		State: Present, Shared: true, OtherFeedOnly: true, Row: 1, Remote: "r", Run: "run", Record: 1,
		Fingerprints: Fingerprints{Fields: []Fingerprint{{Field: Email}}},
	}
	all := reflect.ValueOf(says)
	for i := range all.NumField() {
		var e LedgerEntry
		reflect.ValueOf(&e).Elem().Field(i).Set(all.Field(i))
		if all.Field(i).IsZero() || e.IsZero() {
			t.Errorf("an entry with %s is zero", all.Type().Field(i).Name)
		}
	}
	if e := (LedgerEntry{Fingerprints: Fingerprints{Secrets: [16]byte{1}}}); e.IsZero() {
		t.Error("an entry with secrets is zero")
	}
}
