package page_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/cause"
	"usersync/writer/page"
	"usersync/writer/report"
)

var shots = flag.String("shots", "", "keep pictures of the pages in this `directory`")

var night = time.Date(2026, 3, 14, 2, 15, 0, 0, time.UTC)

// good is a run after which every user is settled.
func good() report.Summary {
	s := report.Summary{Run: "20260314T021500Z-k3q7ab", Ending: report.Ending{State: report.Finished}}
	s.Counts = report.Counts{RecordsRead: 48_000, SettledUpTo: 48_000, Outcomes: writer.Outcomes{Created: 180, Updated: 12_000, Unchanged: 35_820}}
	s.Scope = report.Scope{Destination: "kard", BaseURL: "https://api.example.com/v2", Host: "api.example.com", Account: "acme"}
	s.Inputs = []report.Input{{Path: "users.csv", Format: "csv", Records: 48_000, Bytes: 3_400_000, SHA256: strings.Repeat("ab", 32)}}
	s.Files = []report.File{{Holds: "results", Path: "runs/20260314T021500Z-k3q7ab/results.csv", Records: 48_000}}
	s.Settings = []report.Setting{{Key: "mode", Value: "upsert", From: "default"}, {Key: "kard.auth.token", Value: "env:KARD_TOKEN", From: "usersync.yaml:3"}, {Key: "proxy", Value: "-", From: "not set"}}
	s.Guards = []report.Guard{
		{Name: "max_errors", Limit: "10%", Reached: 0, Most: 4800, Unit: report.Users},
		{Name: "max_delete", Limit: "auto", Reached: 800, Most: 960, Unit: report.Users},
		{Name: "min_records", Limit: "40000", Reached: 48_000, Least: 40_000, Unit: report.Records},
	}
	s.Program, s.By = report.Program{Version: "1.4.0"}, report.By{User: "sync", Host: "batch-1", Arguments: []string{"run", "users.csv"}}
	s.StartedAt = night
	s.Activity = activity(290, 1)
	s.Finish(night.Add(5 * time.Minute))
	return s
}

// activity is a run of that many seconds.
func activity(seconds, first int) *report.Activity {
	a := &report.Activity{FirstRecord: first, Workers: 16, Timeline: report.Timeline{StartedAt: night.Add(time.Second), WidthSeconds: 4}}
	for at := 0; at < seconds; at += 4 {
		p := report.Point{At: at, Calls: 60 + at%7, PerSecond: 16, Outcomes: map[user.Status]int{user.Unchanged: 400, user.Updated: 150 + at%50}}
		if at%60 == 0 {
			p.Failed, p.Throttled, p.PerSecond = 12, 3, 8
			p.Outcomes[user.Refused] = 20
		}
		a.Timeline.Points = append(a.Timeline.Points, p)
	}
	a.Latency = map[string]report.Latency{"update": {Calls: 4300, P50: 328, P90: 459, P99: 1024, Max: 2310, Sum: 9e5, Buckets: []report.Bucket{{UpTo: 328, Calls: 2200}, {UpTo: 459, Calls: 1700}, {UpTo: 1024, Calls: 380}, {Calls: 20}}}}
	a.Spent = report.Spent{Rate: 2400, Slowed: 300, Paused: 120, Backoff: 60, Answered: 1400, Failed: 90, Journal: 30, Ledger: 1.2, Results: 2.5}
	return a
}

// bad is a run that a guard has stopped.
func bad() report.Summary {
	s := good()
	s.State, s.ExitCode = report.Stopped, 4
	s.Reason = "run 20260314T021500Z-k3q7ab: 1300 of the first 12300 records settled are invalid or refused: more than --max-errors allows"
	s.Hint, s.Next = "look at the codes in rejects", "usersync validate users.csv"
	s.Outcomes = writer.Outcomes{Created: 100, Updated: 9000, Unchanged: 1884, Invalid: 1200, Refused: 100, Failed: 10, InDoubt: 6}
	s.RecordsRead, s.SettledUpTo, s.PerhapsTaken = 13_000, 12_300, 200
	s.Codes = map[user.Status][]writer.Code{user.Invalid: {{Code: "bad_email", Records: 900}, {Code: "bad_zip", Records: 290}}, user.Refused: {{Code: "unprocessable_entity", Records: 100}}}
	s.Guards[0].Reached, s.Guards[0].Most, s.Guards[0].Stopped, s.Guards[0].Note = 1300, 1230, true, "1300 of the first 12300 records settled are invalid or refused"
	s.Activity = activity(90, 5001)
	s.Finish(night.Add(90 * time.Second))
	return s
}

// earlier are the nights before.
func earlier(n int) (runs []report.Summary) {
	for i := 1; i <= n; i++ {
		s := good()
		s.Run = fmt.Sprintf("202601%02dT021500Z-k3q7ab", i)
		s.StartedAt = night.AddDate(0, 0, -i)
		s.RecordsRead -= 100 * i
		s.Outcomes.Unchanged -= 100 * i
		if i%9 == 0 {
			s.State, s.ExitCode = report.Stopped, 5
		}
		s.Finish(s.StartedAt.Add(time.Duration(4+i%3) * time.Minute))
		runs = append(runs, s)
	}
	return runs
}

func written(t *testing.T, s report.Summary, before []report.Summary) string {
	t.Helper()
	var out bytes.Buffer
	if err := page.Write(&out, s, before); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func index(t *testing.T, runs ...report.Summary) string {
	t.Helper()
	return indexWith(t, nil, runs...)
}

// indexWith returns the index of a directory that also has runs without a summary.
func indexWith(t *testing.T, unended []string, runs ...report.Summary) string {
	t.Helper()
	var entries []page.Entry
	for _, s := range runs {
		entries = append(entries, page.Entry{Summary: s, Report: s.Run + "/report.html"})
	}
	var out bytes.Buffer
	if err := page.WriteIndex(&out, "runs", entries, unended); err != nil {
		t.Fatal(err)
	}
	if !page.IsIndex(bytes.NewReader(out.Bytes())) || page.IsIndex(strings.NewReader(written(t, good(), nil))) {
		t.Error("an index is not known as one, or a report is")
	}
	return out.String()
}

// text is what a page says, without its markup.
func text(html string) string {
	html = regexp.MustCompile(`(?s)<style>.*?</style>|<title>.*?</title>`).ReplaceAllString(html, "")
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")), " ")
}

func TestReportOfAGoodNight(t *testing.T) {
	said := text(written(t, good(), earlier(40)))
	for _, want := range []string{
		"Finished Users sent to kard, acme", "48,000 records are settled: 12,180 changed, 35,820 unchanged.",
		"48,000 records read = 48,000 outcomes.", "created 180 0.4%", "Total 48,000",
		"Median 90% 99%", "update 4,300 328 ms 459 ms 1 s 2.3 s", "limit in force", "16 workers for 4 min 59 s", "Rate limit 50% 40 min",
		"max delete 800 users, at most 960 users allowed (set to auto) 83% of the limit", "min records 48,000 records, at least 40,000 records allowed (set to 40000) 83% of the limit",
		"Records 48,000 median before: 46,400", "Duration 5 min median before: 5 min", "(this run)",
		"Command usersync run users.csv", "Input users.csv: 48,000 records, 3.4 MB, SHA-256 abababababab…", "kard.auth.token env:KARD_TOKEN usersync.yaml:3",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if strings.Contains(said, "proxy") || strings.Contains(said, "Causes") {
		t.Error("what is not set, or did not happen, is said")
	}
	if t.Failed() {
		t.Log(said)
	}
}

func TestReportOfABadNight(t *testing.T) {
	said := text(written(t, bad(), nil))
	for _, want := range []string{
		"Stopped Users sent to kard, acme", "The run stopped. Records read: 13,000; with an outcome: 12,300.",
		"What to do: look at the codes in rejects", "Next command: usersync validate users.csv", "Input users.csv: 48,000 records with an outcome",
		"13,000 records read − 700 without a result = 12,300 outcomes.", "at most 200 of them may already be with the API",
		"900 (68%) invalid: bad_email", "26 of other causes", "it stopped the run", "this covers it from record 5,001 on",
		"since it was continued, exit code", "duration of the last part",
		"There is no earlier run to the same account in the same mode.",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}

// Calls that were refused as a whole were made, and nothing of them was taken.
func TestReportOfWhatWasDenied(t *testing.T) {
	s := bad()
	s.PerhapsTaken = 0
	if said := text(written(t, s, nil)); !strings.Contains(said, "700 records after the last result were read; the API has taken none of them.") {
		t.Error(said)
	}
	if said := text(written(t, good(), nil)); strings.Contains(said, "continued") || strings.Contains(said, "last part") {
		t.Error(said)
	}
}

// A reject says why, where and what to do, and how to send its group again.
func TestCauses(t *testing.T) {
	s := good()
	s.ExitCode, s.Outcomes.Refused, s.Outcomes.Updated = 3, 1000, 11_000
	s.Files = append(s.Files, report.File{Holds: "rejects", Path: "my runs/20260314T021500Z-k3q7ab/rejects.csv"})
	s.ErrorGroups = &cause.ErrorGroups{Other: 50, Groups: []cause.ErrorGroup{
		{Key: "g1-0123456789", Outcome: user.Refused, Code: "unprocessable_entity", HTTP: 422, Field: "email", Message: "must be … address", Records: 900,
			First: cause.Position{Record: 3, File: "users.csv", Line: 4}, Last: cause.Position{Record: 4000, File: "users.csv", Line: 4001}, Retry: cause.AfterFix, Do: "correct the rows"},
		{Key: "g1-abcdefghij", Outcome: user.Refused, Code: "http_409", HTTP: 409, Deletions: true, Records: 50, First: cause.Position{Record: 48_001}, Last: cause.Position{Record: 48_001}, Retry: cause.No, Do: "nothing"},
	}}
	said := text(written(t, s, nil))
	for _, want := range []string{
		"Finished, with rejects", "47,000 of 48,000 records are settled. 1,000 need attention: 1,000 refused.",
		"900 (90%) refused: unprocessable_entity (HTTP 422) email: must be … address users.csv, line 4 to users.csv, line 4,001 correct the rows usersync retry &#39;my runs/20260314T021500Z-k3q7ab&#39; --group g1-0123456789",
		"50 (5%) refused: http_409, deletion record 48,001 nothing 50 of other causes",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}

// What comes from outside cannot become markup.
func TestNothingBecomesMarkup(t *testing.T) {
	s := bad()
	s.Reason, s.Inputs[0].Path, s.Hint = "<script>alert(1)</script>", "\"><img src=x onerror=1>.csv", "a\u202eb"
	s.Codes[user.Refused][0].Code, s.Settings[0].Value = "</td><b>", "<style>"
	html := written(t, s, nil)
	for _, bad := range []string{"<script", "<img", "<b>", "\u202e"} {
		if strings.Contains(html, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
}

// A run that ended before it sent anything, or an old one, has a report too.
func TestReportOfLittle(t *testing.T) {
	s := report.Summary{Run: "20260314T021500Z-k3q7ab", Ending: report.Ending{State: report.Stopped, ExitCode: 7, Reason: "denied"}}
	if said := text(written(t, s, nil)); !strings.Contains(said, "0 records read = 0 outcomes") {
		t.Error(said)
	}
	s.Activity = &report.Activity{FirstRecord: 1, Workers: 1}
	s.State = report.Finished
	if said := text(written(t, s, nil)); !strings.Contains(said, "the input holds no records") {
		t.Error(said)
	}
}

// Parked users need no attention: they are listed.
func TestReportWithParkedUsers(t *testing.T) {
	s := good()
	s.Outcomes.Refused, s.Outcomes.Updated = 10, 11_990
	s.Parked = &report.Parked{Users: 10}
	said := text(written(t, s, nil))
	for _, want := range []string{"Finished Users", "48,000 records: 12,170 changed, 35,820 unchanged, 10 parked or as before.", "0 need attention", "10 users not sent"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s", want)
		}
	}
	s.Outcomes.Refused, s.Outcomes.Invalid, s.Outcomes.Unchanged, s.Parked.Invalid = 11, 3, 35_816, 3
	if said := text(written(t, s, nil)); !strings.Contains(said, "47,986 of 48,000 records are settled. 1 needs attention: 1 refused. 13 records are parked or as before.") {
		t.Error("what needs attention is not what is counted:", said[:400])
	}
}

// What the summary notes about records, the page says too.
func TestReportWithNotes(t *testing.T) {
	s := good()
	s.Lookalikes = &report.Lookalikes{Records: 2, First: []report.Place{{File: "users.csv", Line: 7}}, Window: 16384}
	s.RepeatedIDs = &report.Repeated{Records: 1, First: []report.Place{{File: "users.csv", Line: 9}}}
	s.Doubtful = []report.Doubtful{{What: "dropped", Field: "phone", Records: 1, First: []report.Place{{File: "users.csv", Line: 8}}}}
	said := text(written(t, s, nil))
	for _, want := range []string{
		"2 new ids look like other ids (users.csv:7, ...): they may be one user in two spellings.", "Without a ledger, only ids at most 16,384 records apart are compared.",
		"1 row has the id of an earlier row, with different data (users.csv:9).", "1 impossible value of phone left out (users.csv:8).",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
}

// If records and outcomes do not add up, the report says so.
func TestReportThatDoesNotAddUp(t *testing.T) {
	s := good()
	s.RecordsRead++
	if said := text(written(t, s, nil)); !strings.Contains(said, "48,001 records read ≠ 48,000 outcomes. They do not add up") {
		t.Error(said)
	}
}

// Only runs of the same kind are compared.
func TestComparable(t *testing.T) {
	others := earlier(5)
	others[0].Scope.Account, others[1].Settings, others[2].Retried = "other", nil, &report.Retried{Run: "x"}
	others[3].Scope.BaseURL, others[4].Scope.Sandbox = "https://other.example.com", true
	if said := text(written(t, good(), others)); !strings.Contains(said, "There is no earlier run") {
		t.Error(said)
	}
}

func TestIndex(t *testing.T) {
	runs := append(earlier(40), good(), bad())
	runs[len(runs)-1].Run = "20260315T021500Z-k3q7ab"
	runs[len(runs)-1].StartedAt = night.AddDate(0, 0, 1)
	runs[3].Scope.Destination = "onbo"
	html := index(t, runs...)
	said := text(html)
	for _, want := range []string{
		"42 runs in runs", "Stopped The latest run started on 15 March 2026, 02:15:00 UTC.", "kard, acme, mode upsert 41 runs, of which the latest 31 are shown",
		"onbo, acme, mode upsert 1 run", "2026-03-14 02:15 finished kard, acme upsert 48,000 12,180 0 5 min",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if !strings.Contains(html, `href="20260314T021500Z-k3q7ab/report.html"`) {
		t.Error("no link to a report")
	}
	if t.Failed() {
		t.Log(said)
	}
}

// A run that was killed has no summary, and is not left out in silence.
func TestIndexOfUnended(t *testing.T) {
	run := good()
	for newest, want := range map[string]string{
		"20991231T021500Z-k3q7ab": "The latest run with a summary started on 14 March 2026, 02:15:00 UTC. 2 more runs without a summary",
		"20200101T021500Z-k3q7ab": "The latest run started on 14 March 2026, 02:15:00 UTC. 2 more runs without a summary",
	} {
		said := text(indexWith(t, []string{newest, "20190101T021500Z-k3q7ab"}, run))
		if !strings.Contains(said, want) || !strings.Contains(said, "The newest of them: "+newest) {
			t.Error(said)
		}
	}
	if said := text(index(t, run)); strings.Contains(said, "without a summary") {
		t.Error(said)
	}
}

// The largest report is that of a run of 10 million records with everything that can
// happen; neither it nor an index of many runs may be larger than 300 KiB.
func TestSize(t *testing.T) {
	s := bad()
	s.RecordsRead, s.Outcomes = 10_000_000, writer.Outcomes{}
	s.Activity.Timeline.WidthSeconds, s.Activity.Timeline.Points = 512, nil
	for i := range 120 {
		p := report.Point{At: 512 * i, Calls: 5000 + i, Failed: 1000, Throttled: 100, PerSecond: 16.67, Outcomes: map[user.Status]int{}}
		for k, status := range user.Statuses {
			p.Outcomes[status] = 9000 + 17*i + k
		}
		s.Activity.Timeline.Points = append(s.Activity.Timeline.Points, p)
	}
	for _, kind := range []string{"create", "update", "delete", "read"} {
		l := report.Latency{Calls: 1e6, P50: 123.456, P90: 234.567, P99: 345.678, Max: 60_000, Sum: 1e9}
		for i := range 100 {
			l.Buckets = append(l.Buckets, report.Bucket{UpTo: float64(i)*13.7 + 0.064, Calls: 10_000 + i})
		}
		s.Activity.Latency[kind] = l
	}
	s.ErrorGroups = &cause.ErrorGroups{}
	for i := range 200 {
		s.ErrorGroups.Groups = append(s.ErrorGroups.Groups, cause.ErrorGroup{Key: fmt.Sprintf("g1-%010d", i), Outcome: user.Refused, Code: fmt.Sprintf("a_rather_long_code_of_an_api_%d", i), HTTP: 422,
			Field: "enrolled_rewards", Message: strings.Repeat("long ", 40), Records: 1000, Retry: cause.Yes, Do: strings.Repeat("long ", 40),
			First: cause.Position{Record: 1, File: "a/rather/long/path/of/users.csv", Line: 1}, Last: cause.Position{Record: 1_000_000 + i, File: "a/rather/long/path/of/users.csv", Line: 1_000_000 + i}})
	}
	for i := range 60 {
		s.Settings = append(s.Settings, report.Setting{Key: fmt.Sprintf("section.setting_%d", i), Value: strings.Repeat("v", 60), From: "usersync.yaml:12"})
	}
	for name, html := range map[string]string{"report": written(t, s, earlier(100)), "index": index(t, earlier(1000)...)} {
		t.Logf("the %s has %d KiB", name, len(html)>>10)
		if len(html) > 300<<10 {
			t.Errorf("the %s has %d bytes", name, len(html))
		}
	}
}

// The pages work in a browser: they load nothing, report no error, fit a phone, and axe-core
// has no finding, in light and in dark.
func TestPagesInABrowser(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	b, dir := startBrowser(t), t.TempDir()
	for name, html := range map[string]string{
		"good": written(t, good(), earlier(40)), "bad": written(t, bad(), earlier(3)), "index": index(t, append(earlier(40), bad(), good())...),
	} {
		path := filepath.Join(dir, name+".html")
		if err := os.WriteFile(path, []byte(html), 0o600); err != nil {
			t.Fatal(err)
		}
		b.check(path, "light", 1200, string(axe))
		b.check(path, "dark", 1200, string(axe))
		b.check(path, "light", 360, string(axe))
	}
}

func (b *browser) check(path, scheme string, width int, axe string) {
	b.t.Helper()
	what := fmt.Sprintf("%s in %s at %d pixels", strings.TrimSuffix(filepath.Base(path), ".html"), scheme, width)
	b.show(path, scheme, width)
	b.run("document.querySelectorAll('details').forEach(d => d.open = true)", nil)
	b.run(axe+";0", nil)
	var findings []finding
	b.run("axe.run(document).then(r => r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html}))})))", &findings)
	for _, f := range findings {
		b.t.Errorf("%s: %s", what, f)
	}
	var wide int
	if b.run("document.documentElement.scrollWidth", &wide); wide > width {
		b.t.Errorf("%s: it is %d pixels wide", what, wide)
	}
	for _, trouble := range b.trouble {
		b.t.Errorf("%s: %s", what, trouble)
	}
	b.trouble = nil
	if *shots != "" {
		b.picture(path, filepath.Join(*shots, strings.ReplaceAll(what, " ", "-")), scheme, width)
	}
}

// picture keeps how a page looks when it is opened, and how it is printed.
func (b *browser) picture(path, name, scheme string, width int) {
	b.show(path, scheme, width)
	b.save(name+".png", "Page.captureScreenshot", map[string]any{"captureBeyondViewport": true, "format": "png"})
	if scheme == "dark" && width > 500 {
		b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print", "features": []any{}}, nil)
		b.save(name+"-print.png", "Page.captureScreenshot", map[string]any{"captureBeyondViewport": true, "format": "png"})
		b.save(name+".pdf", "Page.printToPDF", nil)
		b.call("Emulation.setEmulatedMedia", map[string]any{"media": ""}, nil)
	}
}

// What the API has only accepted for later is not told as done.
func TestAccepted(t *testing.T) {
	s, note := good(), "The API only accepted 5 of the changed ones for later, and promises no more."
	if strings.Contains(written(t, s, nil), "only accepted") {
		t.Error("it speaks of accepted users where there are none")
	}
	s.Outcomes.Accepted, s.Outcomes.Created = 5, s.Outcomes.Created-5
	if !strings.Contains(written(t, s, nil), note) {
		t.Error("users who were only accepted are told as changed")
	}
}
