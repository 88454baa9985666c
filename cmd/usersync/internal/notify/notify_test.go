package notify

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// receiver is a webhook that answers with the given statuses in turn, the last one always.
type receiver struct {
	*httptest.Server
	statuses []int
	bodies   []string
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	r := &receiver{statuses: statuses}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil || req.Header.Get("Content-Type") != "application/json" {
			t.Error(err, req.Header)
		}
		r.bodies = append(r.bodies, string(body))
		status := r.statuses[min(len(r.bodies), len(r.statuses))-1]
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func notifier(t *testing.T, change func(*config.Config)) *Notifier {
	c := &config.Config{}
	c.Target.To, c.Output.RunsDir = "kard", filepath.Join(t.TempDir(), "runs")
	c.Notify = config.Notify{On: "change", Format: "json", Timeout: 10 * time.Second}
	change(c)
	n := New(c)
	n.webhook.wait = time.Millisecond
	return n
}

func ended(code int) Ended {
	at := time.Date(2026, 3, 1, 2, 0, 30, 0, time.UTC)
	s := &report.Summary{Run: "20260301T020000Z-abcdef", Times: report.Times{StartedAt: at.Add(-30 * time.Second)}}
	s.RecordsRead, s.Outcomes = 1200, writer.Outcomes{Created: 1190, Invalid: 4, Refused: 6}
	s.Codes = map[user.Status][]writer.Code{user.Invalid: {{Code: "bad_email", Records: 4}}, user.Refused: {{Code: "duplicate", Records: 6}}}
	s.Next, s.By.Host = "usersync run runs/1/rejects.csv", "batch-1"
	return Ended{ExitCode: code, Summary: s, Dir: "runs/1", At: at}
}

// What allow_rejects lets count as success is not said to be settled.
func TestAllowedRejects(t *testing.T) {
	n := notifier(t, func(*config.Config) {})
	settled := exit.MeaningOf(exit.OK)
	if m := n.message(ended(exit.OK), OK, "ok", OK); m.Meaning == settled {
		t.Errorf("with rejects: %s", m.Meaning)
	}
	parked := ended(exit.OK)
	parked.Summary.Parked = &report.Parked{Users: 6, Invalid: 4}
	if m := n.message(parked, OK, "ok", OK); m.Meaning != settled {
		t.Errorf("with parked users: %s", m.Meaning)
	}
}

// Each run of a job either tells something new, or nothing.
func TestOnChange(t *testing.T) {
	r := newReceiver(t, 200)
	n := notifier(t, func(c *config.Config) { c.Notify.Webhook = user.NewSecret(r.URL) })
	var events []string
	for _, code := range []int{exit.OK, exit.Rejects, exit.Doubt, exit.Guard, exit.Temporary, exit.Interrupt, exit.Terminate, exit.OK, exit.Interrupt, exit.OK, exit.Internal, exit.Interrupt, exit.OK} {
		before := len(r.bodies)
		if err := n.Run(t.Context(), ended(code)); err != nil {
			t.Fatal(err)
		}
		event := ""
		if len(r.bodies) > before {
			var m Message
			if err := json.Unmarshal([]byte(r.bodies[len(r.bodies)-1]), &m); err != nil {
				t.Fatal(err)
			}
			event = m.Event
		}
		events = append(events, event)
	}
	want := []string{"", "warning", "", "failed", "", "", "warning", "recovered", "", "", "failed", "", "recovered"}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
}

func TestWhen(t *testing.T) {
	for on, want := range map[string]int{"always": 4, "failure": 2, "change": 2} {
		r := newReceiver(t, 200)
		n := notifier(t, func(c *config.Config) { c.Notify.On, c.Notify.Webhook = on, user.NewSecret(r.URL) })
		for _, code := range []int{exit.OK, exit.Guard, exit.Guard, exit.OK} {
			if err := n.Run(t.Context(), ended(code)); err != nil {
				t.Fatal(err)
			}
		}
		if len(r.bodies) != want {
			t.Errorf("%s: %d notifications, want %d", on, len(r.bodies), want)
		}
	}
}

func TestMessage(t *testing.T) {
	for format, want := range map[string]string{
		"json": `{"format":1,"event":"failed","state":"failed","destination":"kard","run":"20260301T020000Z-abcdef","exit_code":4,` +
			`"meaning":"a guard stopped the run, or the input is truncated or not as expected; a person is needed","error":"delete <2 of 3> & more",` +
			`"started_at":"2026-03-01T02:00:00Z","finished_at":"2026-03-01T02:00:30Z","records_read":1200,` +
			`"outcomes":{"created":1190,"updated":0,"deleted":0,"unchanged":0,"accepted":0,"invalid":4,"refused":6,"failed":0,"in_doubt":0},` +
			`"reasons":[{"outcome":"refused","code":"duplicate","records":6},{"outcome":"invalid","code":"bad_email","records":4}],` +
			`"dir":"runs/1","next":"usersync run runs/1/rejects.csv","host":"batch-1"}`,
		"slack": `{"text":"*usersync to kard: failed (exit code 4)*\na guard stopped the run, or the input is truncated or not as expected; a person is needed\n` +
			`delete &lt;2 of 3&gt; &amp; more\n1,200 records read, 1,190 created, 4 invalid, 6 refused\nrefused duplicate: 6 users\ninvalid bad_email: 4 users\n` +
			`files: runs/1 on batch-1\nnext: usersync run runs/1/rejects.csv"}`,
		"teams": `{"attachments":[{"content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","body":[` +
			`{"text":"usersync to kard: failed (exit code 4)","type":"TextBlock","weight":"Bolder","wrap":true},` +
			`{"spacing":"Small","text":"a guard stopped the run, or the input is truncated or not as expected; a person is needed","type":"TextBlock","wrap":true},` +
			`{"spacing":"Small","text":"delete &lt;2 of 3> & more","type":"TextBlock","wrap":true},` +
			`{"spacing":"Small","text":"1,200 records read, 1,190 created, 4 invalid, 6 refused","type":"TextBlock","wrap":true},` +
			`{"spacing":"Small","text":"refused duplicate: 6 users","type":"TextBlock","wrap":true},` +
			`{"spacing":"Small","text":"invalid bad\\_email: 4 users","type":"TextBlock","wrap":true},` +
			`{"spacing":"Small","text":"files: runs/1 on batch-1","type":"TextBlock","wrap":true},` +
			`{"spacing":"Small","text":"next: usersync run runs/1/rejects.csv","type":"TextBlock","wrap":true}],` +
			`"type":"AdaptiveCard","version":"1.2"},"contentType":"application/vnd.microsoft.card.adaptive"}],"type":"message"}`,
	} {
		r := newReceiver(t, 200)
		n := notifier(t, func(c *config.Config) { c.Notify.Format, c.Notify.Webhook = format, user.NewSecret(r.URL) })
		e := ended(exit.Guard)
		e.Error = "delete <2 of 3> & more"
		if err := n.Run(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if got := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(r.bodies[0]); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", format, got, want)
		}
	}
}

// A message names the largest groups of rejects and what to do, the report, and users that
// are parked, and no message or place of a reject.
func TestGroupsAndReport(t *testing.T) {
	r := newReceiver(t, 200)
	e := ended(exit.Rejects)
	e.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(e.Dir, "report.html"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	group := func(code string, n int) cause.ErrorGroup {
		return cause.ErrorGroup{Key: "g1-" + code, Outcome: user.Refused, Code: code, HTTP: 409, Field: "email", Message: "not said", Records: n, Share: 0.1,
			First: cause.Position{File: "not-said.csv", Line: 7}, Retry: cause.AfterFix, Do: "Correct the row."}
	}
	e.Summary.ErrorGroups = &cause.ErrorGroups{Groups: []cause.ErrorGroup{group(user.CodeParked, 9), group("duplicate", 6), group("c", 4), group("d", 3), group("e", 2), group("f", 1)}}
	e.Summary.Parked = &report.Parked{Users: 9, FromNowOn: 2, First: []report.Place{{File: "not-said.csv", Line: 7}}}
	text := ""
	for _, format := range []string{"json", "slack"} {
		n := notifier(t, func(c *config.Config) { c.Notify.Format, c.Notify.Webhook = format, user.NewSecret(r.URL) })
		if err := n.Run(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		text += r.bodies[len(r.bodies)-1] + "\n"
	}
	for _, want := range []string{
		`"parked":{"users":9,"from_now_on":2},`, `"groups":[{"key":"g1-parked",`, `"report":"` + e.Dir + `/report.html",`,
		`{"key":"g1-duplicate","outcome":"refused","code":"duplicate","http_status":409,"field":"email","records":6,"share":0.1,"retry":"after_fix","do":"Correct the row."}`,
		`\nrefused duplicate (HTTP 409), email: 6 users. Correct the row.\nrefused c`, `2 users. Correct the row.\n9 parked users not sent\n2 users parked from now on\n`, `\nreport: ` + e.Dir + `/report.html\n`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	for _, never := range []string{"not said", "not-said", "g1-f", "refused parked"} {
		if strings.Contains(text, never) {
			t.Errorf("%s in\n%s", never, text)
		}
	}
}

// A run that did not come as far as a run directory can say only how it ended.
func TestWithoutSummary(t *testing.T) {
	r := newReceiver(t, 200)
	n := notifier(t, func(c *config.Config) { c.Notify.Webhook = user.NewSecret(r.URL) })
	if err := n.Run(t.Context(), Ended{ExitCode: exit.Held, Error: "lock the account: run X holds it", Next: "usersync ledger", At: ended(0).At}); err != nil {
		t.Fatal(err)
	}
	want := `{"format":1,"event":"failed","state":"failed","destination":"kard","exit_code":8,"meaning":"another run holds this account, or has taken over from this one",` +
		`"error":"lock the account: run X holds it","finished_at":"2026-03-01T02:00:30Z","next":"usersync ledger"}`
	if diff := cmp.Diff(want, r.bodies[0]); diff != "" {
		t.Error(diff)
	}
}

// What was not delivered is told again after the next run, and no error shows the address.
func TestUndelivered(t *testing.T) {
	for name, c := range map[string]struct {
		statuses []int
		tries    int
		fails    bool
	}{
		"busy once":   {[]int{503, 200}, 2, false},
		"limited":     {[]int{429, 429, 200}, 3, false},
		"always busy": {[]int{500}, 3, true},
		"refused":     {[]int{404}, 1, true},
		"moved":       {[]int{302}, 1, true},
	} {
		r := newReceiver(t, c.statuses...)
		n := notifier(t, func(conf *config.Config) { conf.Notify.Webhook = user.NewSecret(r.URL + "/T0/B0/secretpath") })
		err := n.Run(t.Context(), ended(exit.Guard))
		if (err != nil) != c.fails || len(r.bodies) != c.tries || err != nil && strings.Contains(err.Error(), "secretpath") {
			t.Errorf("%s: %v, %d tries", name, err, len(r.bodies))
		}
		tries := len(r.bodies)
		r.statuses = []int{200}
		if err := n.Run(t.Context(), ended(exit.Guard)); err != nil || (len(r.bodies) > tries) != c.fails {
			t.Errorf("%s, the next run: %v, %d tries", name, err, len(r.bodies)-tries)
		}
	}
}

func TestUnreachable(t *testing.T) {
	for _, address := range []string{"http://127.0.0.1:1/secretpath", "http://[secretpath"} {
		n := notifier(t, func(c *config.Config) { c.Notify.Webhook = user.NewSecret(address) })
		if err := n.Run(t.Context(), ended(exit.Guard)); err == nil || strings.Contains(err.Error(), "secretpath") {
			t.Errorf("%v", err)
		}
	}
}

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	n := notifier(t, func(c *config.Config) {
		c.Notify.Command = []string{"sh", "-c", `cat >"$0/stdin"; echo "$NOTIFY_EVENT $NOTIFY_STATE $NOTIFY_EXIT_CODE $NOTIFY_DESTINATION $NOTIFY_DIR" >"$0/env"`, dir}
	})
	if err := n.Run(t.Context(), ended(exit.Rejects)); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var m Message
	if err := json.Unmarshal([]byte(read("stdin")), &m); err != nil || m.Event != "warning" || m.Outcomes.Refused != 6 {
		t.Error(err, m)
	}
	if got := read("env"); got != "warning warning 3 kard runs/1\n" {
		t.Errorf("%q", got)
	}
}

func TestCommandFails(t *testing.T) {
	for script, want := range map[string]string{
		"exit 0":                     "",
		"echo one; echo two; exit 3": "run sh: exit status 3: two",
	} {
		n := notifier(t, func(c *config.Config) { c.Notify.Command = []string{"sh", "-c", script} })
		err := n.Run(t.Context(), ended(exit.Guard))
		if got := errorText(err); got != want {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
}

// A program that takes too long is stopped with everything that it has started.
func TestCommandHangs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	n := notifier(t, func(c *config.Config) {
		c.Notify.Command, c.Notify.Timeout = []string{"sh", "-c", `sleep 600 & echo $! >"$0"; wait`, file}, 500*time.Millisecond
	})
	if got := errorText(n.Run(t.Context(), ended(exit.Guard))); got != "run sh: it took too long and was stopped" {
		t.Error(got)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	path, patience := "/proc/"+strings.TrimSpace(string(data))+"/stat", time.After(10*time.Second)
	for tick := time.Tick(10 * time.Millisecond); ; { // the kernel needs a moment
		status, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(status), ") Z ") {
			return
		}
		select {
		case <-tick:
		case <-patience:
			t.Fatalf("still there: %s", status)
		}
	}
}

// A program that fails does not keep the webhook from being told.
func TestBoth(t *testing.T) {
	r := newReceiver(t, 200)
	n := notifier(t, func(c *config.Config) {
		c.Notify.Webhook, c.Notify.Command = user.NewSecret(r.URL), []string{"/no/such/program"}
	})
	if err := n.Run(t.Context(), ended(exit.Guard)); err == nil || len(r.bodies) != 1 {
		t.Error(err, r.bodies)
	}
}

// A webhook that does not answer takes no time from the program. This one answers when the program has
// begun to write.
func TestBothAreToldAtTheSameTime(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if _, err := os.ReadFile(pipe); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	n := notifier(t, func(c *config.Config) {
		c.Notify.Webhook, c.Notify.Command = user.NewSecret(server.URL), []string{"sh", "-c", `echo >"$0"`, pipe}
	})
	if err := n.Run(t.Context(), ended(exit.Guard)); err != nil {
		t.Error(err)
	}
}

// Jobs with the same runs directory do not share what was told.
func TestJobs(t *testing.T) {
	r, runs := newReceiver(t, 200), t.TempDir()
	for _, file := range []string{"a.yaml", "b.yaml", "a.yaml"} {
		n := notifier(t, func(c *config.Config) {
			c.File, c.Output.RunsDir, c.Notify.Webhook = file, runs, user.NewSecret(r.URL)
		})
		if err := n.Run(t.Context(), ended(exit.Guard)); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.bodies) != 2 {
		t.Errorf("%d notifications, want one for each job", len(r.bodies))
	}
}

// A file that cannot be read costs one notification too many, and is replaced.
func TestDamagedMemory(t *testing.T) {
	r := newReceiver(t, 200)
	n := notifier(t, func(c *config.Config) { c.Notify.Webhook = user.NewSecret(r.URL) })
	if err := n.Run(t.Context(), ended(exit.Guard)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(n.memory.path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := n.Run(t.Context(), ended(exit.Guard)); err == nil || len(r.bodies) != 2 {
		t.Error(err, len(r.bodies))
	}
	if err := n.Run(t.Context(), ended(exit.Guard)); err != nil || len(r.bodies) != 2 {
		t.Error(err, len(r.bodies))
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Shards of a run that stop at the same time are told of once.
func TestShardsAreToldOfOnce(t *testing.T) {
	for on, want := range map[string]int{"change": 2, "failure": 3, "always": 3} {
		r := newReceiver(t, http.StatusOK)
		n := notifier(t, func(c *config.Config) {
			c.Notify.On, c.Notify.Webhook = on, user.NewSecret(r.URL)
		})
		stopped := func(run, shard string, code int) error {
			e := ended(code)
			e.Summary.Run, e.Shard = shard, run
			return n.Run(t.Context(), e)
		}
		var all sync.WaitGroup
		for _, shard := range []string{"a.0", "a.1", "a.2", "a.3"} {
			all.Go(func() {
				if err := stopped("a", shard, exit.Temporary); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if err := errors.Join(stopped("a", "a.1", exit.Terminate), stopped("b", "b.1", exit.Terminate)); err != nil {
			t.Error(err)
		}
		if len(r.bodies) != want {
			t.Errorf("%s: told %d times, want %d", on, len(r.bodies), want)
		}
	}
}
