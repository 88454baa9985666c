package report

import (
	"strings"
	"testing"

	"usersync/sync/user"
	"usersync/writer"
)

// A forecast fits on one screen, and never says 0% or 100% unless it is exactly that.
func TestReportForecast(t *testing.T) {
	f := Forecast{
		Records: 1000, Absent: 3, Inputs: []string{"a.csv", "b.csv"},
		Actions: map[string]int{"create": 1, "update": 920, "delete": 3, "unchanged": 71, "invalid": 8},
		First:   map[string][]string{"create": {"u-1"}, "update": {"u-2", "u-3"}, "invalid": {"u-9"}},
		Codes:   map[string][]writer.Code{"invalid": {{Code: "bad_phone", Records: 8}}},
		Comparison: Comparison{Known: 991, Changed: 920,
			Fields: []FieldChange{{Field: user.Phone, Users: 920, New: 2}}},
		Work:  Work{Calls: map[string]int{"create": 1, "read": 920, "update": 920}, Made: 12},
		Scope: Scope{Destination: "kard", Account: "o-1", Host: "example.com"}, Warnings: []string{"mind this"}, Next: "usersync apply plan.jsonl", Plan: "plan.jsonl",
	}
	f.Time(1000.0 / 60)
	var b strings.Builder
	if err := PrintForecast(&b, f); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Plan for 1,000 records of a.csv, b.csv: 924 users to send.\n",
		"        1  create     u-1\n", "      920  update     u-2, u-3 and 918 more\n", "       71  unchanged\n",
		"        8  invalid    8 bad_phone: u-9 and 7 more\n", "    1,003  1,000 records, and 3 users missing from the input\n",
		"  changes  920 of 991 users known would change (92.8%)\n", "phone changes for 92.8% (920), 2 of them without a value so far\n",
		"  calls    1 create, 920 read, 920 update; 12 reads made for this plan\n", "  takes    1m51s at least, at 1,000 calls per minute\n",
		"  to       kard, o-1 at example.com\n", "  note     mind this\n", "  next     usersync apply plan.jsonl\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		n, of int
		want  string
	}{{0, 10, "0%"}, {10, 10, "100%"}, {1, 3, "33.3%"}, {1, 100_000, "under 0.1%"}, {99_999, 100_000, "over 99.9%"}, {1, 2, "50%"}, {1999, 2000, "over 99.9%"}} {
		if got := percent(c.n, c.of); got != c.want {
			t.Errorf("%d of %d is %s, want %s", c.n, c.of, got, c.want)
		}
	}
}

func TestForecastTakes(t *testing.T) {
	for want, f := range map[string]Forecast{
		"no time": {},
		"as long as the API takes: the rate is unlimited": {Work: Work{Calls: map[string]int{"create": 1}}},
		"1h0m0s at least, at 600 calls per minute":        {Work: Work{Calls: map[string]int{"create": 36_000}, PerSecond: 10, Seconds: 3600}},
	} {
		if got := f.takes(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
