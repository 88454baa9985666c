package inventory

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

var now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

// rows returns the table without its padding.
func rows(t *testing.T, write func(*strings.Builder) error) []string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(regexp.MustCompile(` {2,}`).ReplaceAllString(b.String(), "|")), "\n")
}

// Only rows that met the limit are parked. A row that was never sent has no next try, and the age
// of a row is never negative, whatever the clock that wrote it says.
func TestParked(t *testing.T) {
	refused := ledger.RecurringRow{ID: "u-1", Feed: "f", Status: user.Refused, Code: "DUPLICATE", Runs: 3, First: now.Add(-49 * time.Hour), Sent: now.Add(-time.Hour)}
	young, nameless, ahead := refused, refused, refused
	young.Runs = 2
	nameless.ID, nameless.Status, nameless.Sent = "", user.Invalid, time.Time{}
	ahead.First = now.Add(time.Hour)
	week := config.Park{After: 3, Every: 7 * 24 * time.Hour}
	for name, c := range map[string]struct {
		row  ledger.RecurringRow
		park config.Park
		want string
	}{
		"refused":          {refused, week, "u-1|f|refused|DUPLICATE|3|2 days|2026-11-27|2026-12-04"},
		"not yet":          {young, week, ""},
		"never parked":     {refused, config.Park{Every: time.Hour}, ""},
		"never sent again": {refused, config.Park{After: 3}, "u-1|f|refused|DUPLICATE|3|2 days|2026-11-27|never"},
		"invalid":          {nameless, week, "-|f|invalid|DUPLICATE|3|2 days|-|-"},
		"a wrong clock":    {ahead, week, "u-1|f|refused|DUPLICATE|3|0 hours|2026-11-27|2026-12-04"},
	} {
		got := rows(t, func(b *strings.Builder) error { return WriteParked(b, 0, []ledger.RecurringRow{c.row}, c.park, now) })
		if want := strings.TrimSpace("id|feed|outcome|code|runs|age|last_sent|next_try\n" + c.want); strings.Join(got, "\n") != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// On a terminal that is too narrow for the table, each row is a block, and an entry's fields are broken.
func TestNarrow(t *testing.T) {
	row := ledger.RecurringRow{ID: "u-1", Feed: "f", Status: user.Refused, Code: "DUPLICATE", Runs: 3, First: now.Add(-49 * time.Hour), Sent: now.Add(-time.Hour)}
	var b strings.Builder
	if err := WriteParked(&b, 40, []ledger.RecurringRow{row}, config.Park{After: 3}, now); err != nil || !strings.HasPrefix(b.String(), "id         u-1\nfeed       f\noutcome    refused\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
	b.Reset()
	of := ledger.Details{LedgerEntry: user.LedgerEntry{Fingerprints: user.Fingerprints{Fields: []user.Fingerprint{{Field: user.Email}, {Field: user.Phone}, {Field: user.FirstName}}}}}
	if err := WriteEntry(&b, 30, "u", of, nil); err != nil || !strings.HasSuffix(b.String(), "fields    email, phone,\n          first_name\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// An entry has a line for each fact that is known, and none that a key of the API could have made.
func TestEntry(t *testing.T) {
	of := ledger.Details{Feed: "f", LedgerEntry: user.LedgerEntry{State: user.Pending, Remote: "k\nstate  held", Run: "r", Record: 10, Fingerprints: user.Fingerprints{
		Fields: []user.Fingerprint{{Field: user.Email}, {Field: user.Phone}}, Secrets: [16]byte{1}}}}
	got := rows(t, func(b *strings.Builder) error {
		return WriteEntry(b, 0, "u", of, []ledger.RecurringRow{{Status: user.Refused, Code: "DUPLICATE", Runs: 1, First: now}, {Status: user.Invalid, Code: "in a run that stopped"}})
	})
	want := []string{"id|u", "state|pending", `remote|k\u000astate|held`, "feed|f", "run|r", "record|10", "fields|email, phone, secrets",
		"rejected|refused with DUPLICATE in 1 finished run since 2026-11-27"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
	got = rows(t, func(b *strings.Builder) error {
		return WriteEntry(b, 0, "u", ledger.Details{LedgerEntry: user.LedgerEntry{State: user.AcceptedLater, Remote: "k"}}, nil)
	})
	if strings.Join(got, "\n") != "id|u\nstate|accepted\nremote|k" {
		t.Errorf("%q", got)
	}
}

// Each count stands below its name.
func TestCounts(t *testing.T) {
	got := rows(t, func(b *strings.Builder) error {
		return WriteStats(b, 0, []ledger.Stats{{Scope: "s", Feed: "f", Present: 1, Accepted: 2, Pending: 3, Generation: 4}})
	})
	if strings.Join(got, "\n") != "scope|feed|held|accepted|pending|generation\ns|f|1|2|3|4" {
		t.Errorf("%q", got)
	}
	got = rows(t, func(b *strings.Builder) error {
		return WriteScopes(b, 0, []ledger.Scope{{Name: "s", Place: ledger.Place{Destination: "kard"}, Entries: true}})
	})
	if strings.Join(got, "\n") != "scope|destination|holds_users\ns|kard|true" {
		t.Errorf("%q", got)
	}
}
