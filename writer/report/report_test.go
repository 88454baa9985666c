package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/cause"
)

var update = flag.Bool("update", false, "write docs/summary.schema.json and the golden reports anew")

var noon = time.Date(2026, 3, 14, 12, 0, 0, 7_000_000, time.UTC)

// mixed is a run in which most things happened that can.
func mixed() Summary {
	s := Summary{
		Run: "20260314T020000Z-k3f9qa",
		Ending: Ending{State: Finished, ExitCode: 3,
			Reason: "167 records were not taken.",
			Next:   "usersync run runs/20260314T020000Z-k3f9qa/rejects.csv"},
		Counts: Counts{RecordsRead: 100_000, SettledUpTo: 100_000,
			Outcomes: writer.CountOutcomes(map[user.Status]int{
				user.Created: 98_120, user.Updated: 1402, user.Unchanged: 311,
				user.Invalid: 68, user.Refused: 97, user.InDoubt: 2,
			}),
			Codes: map[user.Status][]writer.Code{
				user.Invalid: {{Code: "bad_phone", Records: 60}, {Code: "ragged", Records: 8}},
				user.Refused: {{Code: "DUPLICATE_EMAIL", Records: 80}, {Code: "invalid_zip", Records: 15}, {Code: "bad_state", Records: 1}, {Code: "other", Records: 1}},
				user.InDoubt: {{Code: user.CodeNoAnswer, Records: 2}},
			},
			ErrorGroups: mixedGroups(),
		},
		Calls: map[string]Calls{
			"create": {Made: 1021, Met: map[string]int{"ok": 1000, "throttled": 12, "http_503": 9}},
			"update": {Made: 1402, Met: map[string]int{"ok": 1402}},
			"token":  {Made: 1},
		},
		Pace: &Pace{
			Ceiling: 1000.0 / 60, Lowest: 8.3, Calls: 2423, Throttled: 12,
			Events: []PaceEvent{
				{At: noon, What: "paused", Why: "Retry-After", Seconds: 15},
				{At: noon, What: "slowed", Why: "a 429 without advice", PerSecond: 8.3},
				{At: noon, What: "paused", Why: "Retry-After", Seconds: 30},
			},
		},
		Times: Times{StartedAt: noon},
		Scope: Scope{Destination: "kard", Host: "rewards-api.getkard.com", Account: "organization-123"},
		Inputs: []Input{{Path: "users.csv.gz", Format: writer.FormatCSV, Bytes: 12_345_678, Records: 100_000,
			SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
		Files: []File{
			{Holds: "results", Path: "runs/20260314T020000Z-k3f9qa/results.csv", Records: 100_000, Bytes: 9_876_543},
			{Holds: "rejects", Path: "runs/20260314T020000Z-k3f9qa/rejects.csv", Records: 167, Bytes: 12_345},
		},
		Configured: Configured{Config: &Config{Path: "usersync.yaml", SHA256: strings.Repeat("ab", 32), MappingSHA256: strings.Repeat("cd", 32)}},
		Program:    Program{Version: "v0.2.0", Commit: "ebb5f51"},
		By:         By{User: "batch", Host: "node-7", Arguments: []string{"run", "--config", "usersync.yaml", "users.csv.gz"}},
	}
	s.Finish(noon.Add(102*time.Second + 300*time.Millisecond))
	return s
}

func mixedGroups() *cause.ErrorGroups {
	group := func(n int, status user.Status, code string, http int, field, message string, retry cause.Retry, do string) cause.ErrorGroup {
		return cause.ErrorGroup{Key: cause.Cause{Status: status, Code: code}.Key("kard"), Outcome: status, Code: code, HTTP: http, Field: field, Message: message,
			Records: n, Share: float64(n) / 167, Retry: retry, Do: do,
			First: cause.Position{Record: 3, File: "users.csv.gz", Line: 4}, Last: cause.Position{Record: 2 + n, File: "users.csv.gz", Line: 3 + n}}
	}
	fix := "Map it with `e164(COLUMN, \"US\")`, or correct the cell."
	deletion := group(1, user.Failed, "http_503", 503, "", "", cause.No, "Run the mirror again.")
	deletion.Deletions, deletion.First, deletion.Last = true, cause.Position{Record: 100_001}, cause.Position{Record: 100_001}
	return &cause.ErrorGroups{Other: 3, Groups: []cause.ErrorGroup{
		group(80, user.Refused, "DUPLICATE_EMAIL", 409, "email", "… is already used by another user", cause.No, "Use `--mode upsert` to update the user, or remove the row."),
		group(60, user.Invalid, "bad_phone", 0, "phone", `must be in E.164 form, such as +14155552671; map it with e164(COLUMN, "US")`, cause.AfterFix, fix),
		group(15, user.Refused, "invalid_zip", 422, "", "", cause.AfterFix, "Read `detail`, and correct the row."),
		deletion,
		group(2, user.InDoubt, user.CodeNoAnswer, 0, "", "", cause.Yes, "Run `usersync retry`. Where the API has no lookup: find out in the API, then `usersync ledger resolve ID`."),
		group(5, user.Invalid, "ragged", 0, "", "", cause.AfterFix, fix),
		group(1, user.Invalid, "ragged", 0, "", "x", cause.AfterFix, fix),
	}}
}

func quiet() Summary {
	s := Summary{
		Run: "20260314T020000Z-abcdef", Ending: Ending{State: Finished},
		Counts: Counts{RecordsRead: 1, SettledUpTo: 1, Outcomes: writer.CountOutcomes(map[user.Status]int{user.Created: 1})},
		Pace:   &Pace{Calls: 1},
		Times:  Times{StartedAt: noon}, Scope: Scope{Destination: "kard", Sandbox: true},
		Files:   []File{{Holds: "results", Path: "-", Records: 1}},
		Program: Program{Version: "devel"},
	}
	s.Finish(noon.Add(31 * time.Millisecond))
	return s
}

func stopped() Summary {
	s := mixed()
	s.State, s.ExitCode = Stopped, 5
	s.Reason = "The API did not answer for 10m0s."
	s.Outcomes = writer.CountOutcomes(map[user.Status]int{user.Created: 12_000})
	s.SettledUpTo, s.RecordsRead, s.PerhapsTaken, s.Codes, s.ErrorGroups, s.Next = 12_000, 15_100, 3_100, nil, nil, ""
	s.Files = s.Files[:1]
	s.Files[0].Records = 12_000
	s.Finish(noon.Add(11*time.Minute + 3*time.Second))
	return s
}

func lost() Summary {
	s := quiet()
	s.RecordsRead, s.ExitCode = 3, 1
	return s
}

func TestReport(t *testing.T) {
	for name, s := range map[string]Summary{"mixed": mixed(), "quiet": quiet(), "stopped": stopped(), "lost": lost()} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := Print(&out, s); err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/"+name+".txt", out.Bytes())
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (go test -update writes it again):\n%s", path, diff)
	}
}

// The report says that users may have been taken only if they may.
func TestReportOfWhatWasPerhapsTaken(t *testing.T) {
	for met, want := range map[string]string{
		"dial": "no call got through", "dns": "no call got through", "token_dial": "no call got through",
		"token_expired": "no later user was touched", "429": "no later user was touched", "ok": "no later user was touched",
	} {
		s := stopped()
		s.Calls = map[string]Calls{"create": {Made: 9, Met: map[string]int{"dial": 8, met: 1}}}
		for taken, want := range map[int]string{0: want, 3100: "may have been taken: at most 3,100"} {
			s.PerhapsTaken = taken
			var out bytes.Buffer
			if err := Print(&out, s); err != nil || !strings.Contains(out.String(), want) {
				t.Errorf("%s: %v\n%s", met, err, &out)
			}
		}
	}
}

// Only paths and commands are wider than a terminal of 80 columns.
func TestReportsFitATerminal(t *testing.T) {
	s := stopped()
	s.Hint = strings.Repeat("mend the rows in rejects that are invalid ", 6)
	f := Forecast{Records: 1000, Actions: map[string]int{"update": 1000}, First: map[string][]string{"update": {"customer-000001", "customer-000002", "customer-000003", "customer-000004", "customer-000005"}},
		Warnings: []string{s.Hint}}
	var out bytes.Buffer
	if err := errors.Join(Print(&out, s), PrintForecast(&out, f)); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if len(strings.TrimRight(line, "\n")) > 80 && !strings.Contains(line, "runs/") {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
	if want := "customer-000001, customer-000002 and 998 more"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, &out)
	}
}

func TestReportWriteError(t *testing.T) {
	if err := Print(full{}, quiet()); !errors.Is(err, errFull) {
		t.Errorf("Report = %v", err)
	}
}

func TestUnaccounted(t *testing.T) {
	for _, c := range []struct {
		s    Summary
		want int
	}{{mixed(), 0}, {stopped(), 0}, {lost(), 2}} {
		if got := c.s.Unaccounted(); got != c.want {
			t.Errorf("%s: Unaccounted = %d, want %d", c.s.Run, got, c.want)
		}
	}
	s := quiet()
	s.Outcomes.Failed = 4
	var out bytes.Buffer
	if err := Print(&out, s); err != nil || s.Unaccounted() != -4 || !strings.Contains(out.String(), "4 TOO MANY") {
		t.Errorf("%v, %d:\n%s", err, s.Unaccounted(), &out)
	}
}

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }
