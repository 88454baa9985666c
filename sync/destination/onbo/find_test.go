package onbo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

func TestFind(t *testing.T) {
	change := func(old, now string) string { return strings.Replace(shownUser, old, now, 1) }
	for _, test := range []struct {
		name     string
		status   int
		body     string
		presence destination.Presence
		differs  []user.Field
		fault    string
	}{
		{"same, in other forms", 200, shownUser, destination.Same, nil, ""},
		{"letter case of the e-mail", 200, change("blair.1@", "BLAIR.1@"), destination.Same, nil, ""},
		{"the country in other words", 200, change("UNITED STATES", "United States"), destination.Same, nil, ""},
		{"what is not shown is not compared", 200, uuidOnly(), destination.Same, nil, ""},
		{"null is not shown", 200, change(`"Dufresne"`, "null"), destination.Same, nil, ""},
		{"an address of another shape", 200, `{"uuid":"` + uuid + `","address":"5161 Stansfield Dr"}`, destination.Same, nil, ""},
		{"different", 200, `{"uuid":"` + uuid + `","first_name":"Blair","phone":"6166723457","address":{"zip":"18093","country":"CANADA"}}`, destination.Different,
			[]user.Field{user.FirstName, user.Phone, user.ZipCode, user.Country}, ""},
		{"another user", 200, change(uuid, "other"), destination.Unknown, nil, ""},
		{"nobody", 200, `{}`, destination.Unknown, nil, ""},
		{"a message besides the user", 200, `{"uuid":"` + uuid + `","message":"no"}`, destination.Unknown, nil, ""},
		{"absent", 404, `{"message":"User not found"}`, destination.Absent, nil, ""},
		{"absent, according to a gateway", 404, `<html>`, 0, nil, "denied http_404"},
		{"HTML", 200, `<html>`, 0, nil, "perhaps taken not_json"},
		{"cut", 200, shownUser[:60], 0, nil, "perhaps taken cut_answer"},
		{"refused", 400, `{"message":"no"}`, 0, nil, "refused http_400"},
		{"server error", 500, ``, 0, nil, "perhaps taken http_500"},
		{"busy", 429, ``, 0, nil, "not taken http_429"},
	} {
		found, err := answering(t, test.status, test.body).Find(t.Context(), known("1"))
		fault := ""
		if ce := expect.CallError(t, err); ce != nil {
			fault = ce.Fault.String() + " " + ce.Code
		}
		if found.Presence != test.presence || fault != test.fault || !cmp.Equal(found.Differs, test.differs) {
			t.Errorf("%s: got %+v, %s", test.name, found, fault)
		}
		if (found.Remote != "") != (found.Presence == destination.Same || found.Presence == destination.Different) {
			t.Errorf("%s: the key is %q", test.name, found.Remote)
		}
	}
}

// TestClearedLinesAreCompared: a line to clear that is still shown is a difference.
func TestClearedLinesAreCompared(t *testing.T) {
	r := with(known("1"), user.AddressLine2, cleared)
	for line, want := range map[string]destination.Presence{"null": destination.Same, `"Flat 7"`: destination.Different} {
		body := strings.Replace(shownUser, `"line_2":null`, `"line_2":`+line, 1)
		found, err := answering(t, 200, body).Find(t.Context(), r)
		if err != nil || found.Presence != want {
			t.Errorf("%s: %+v %v", line, found, err)
		}
	}
}

// TestAbsenceOfAnOldKeyProvesNothing: a create that was perhaps taken has made a
// new key.
func TestAbsenceOfAnOldKeyProvesNothing(t *testing.T) {
	for op, want := range map[user.Op]destination.Presence{
		user.Upsert: destination.Unknown, user.Create: destination.Unknown, user.Update: destination.Absent, user.Delete: destination.Absent,
	} {
		r := known("1")
		r.Op, r.MaybeSent = op, true
		found, err := answering(t, 404, "").Find(t.Context(), r)
		if err != nil || found.Presence != want {
			t.Errorf("%s: %+v %v", op, found, err)
		}
	}
}

// TestHeldIsInOurWords, and can be sent back unchanged.
func TestHeldIsInOurWords(t *testing.T) {
	found, err := answering(t, 200, shownUser).Find(t.Context(), known("1"))
	if err != nil || found.HTTP != 200 {
		t.Fatal(found, err)
	}
	want := []user.Attribute{
		{Field: user.FirstName, Value: text("Blair Ann")}, {Field: user.LastName, Value: text("Dufresne")}, {Field: user.Email, Value: text("blair.1@example.com")},
		{Field: user.Phone, Value: text("+16166723456")}, {Field: user.AddressLine1, Value: text("5161 Stansfield Dr")}, {Field: user.ZipCode, Value: text("18092")},
		{Field: user.City, Value: text("Zionsville")}, {Field: user.State, Value: text("PA")}, {Field: user.Country, Value: text("UNITED STATES")},
	}
	if diff := cmp.Diff(want, found.Held); diff != "" {
		t.Error(diff)
	}
}
