package run

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/config/configtest"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/identity"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer/progress"
	"usersync/writer/report"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// settings are the settings of a command line, with the sandbox of kard.
func settings(t *testing.T, args ...string) *config.Config {
	t.Helper()
	return configtest.Loaded(t, connect.Sections, nil, append([]string{"--to", "kard", "--sandbox"}, args...)...)
}

// options are for a file of three users, one of them invalid.
func options(t *testing.T) Options {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("users.csv", []byte("id,enrolled_rewards\nu-1,CARDLINKED\nu-2,CARDLINKED\nu-3,NONE\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Options{Files: []string{"users.csv"}, Stdin: strings.NewReader(""), Stdout: io.Discard, Now: time.Now, Wire: context.Background(),
		Log: terminal.Log{Logger: zap.NewNop()}, Progress: progress.New(io.Discard, progress.Options{})}
}

// live runs everything up to the end of Send.
func live(t *testing.T, ctx context.Context, c *config.Config, o Options) (*Run, report.Summary, error) {
	t.Helper()
	p, err := Setup(ctx, c, o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Begin(ctx)
	if err != nil {
		t.Fatal(errors.Join(err, p.Release()))
	}
	t.Cleanup(func() {
		if err := errors.Join(r.Release(), p.Release()); err != nil {
			t.Error(err)
		}
	})
	s, err := r.Send(ctx)
	return r, s, err
}

// A run reports the outcome of each user, and only Close ends it: until then it can be
// resumed.
func TestTheLifeOfARun(t *testing.T) {
	o := options(t)
	r, s, err := live(t, t.Context(), settings(t), o)
	if err != nil || s.State != report.Finished || s.RecordsRead != 3 || s.Outcomes.Created != 2 || s.Outcomes.Invalid != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if f := r.Facts(); f.Dir != "runs/"+s.Run || f.Resumed || len(f.Paths) != 1 || f.LastMet != "" {
		t.Errorf("%+v", f)
	}
	if a := s.Activity; a == nil || a.FirstRecord != 1 || a.Latency["create"].Calls != 1 || a.Spent.Answered <= 0 {
		t.Errorf("%+v", a)
	} else if created := settledIn(a.Timeline, user.Created); created != 2 {
		t.Errorf("%d of 2 users were created at some time", created)
	}
	for _, holds := range []string{"results", "rejects"} {
		if _, err := os.Stat(s.Path(holds)); err != nil {
			t.Error(err)
		}
	}
	if before, err := history.Read("runs", s.Run); err != nil || before.Journal.Over() {
		t.Errorf("it is over before it is closed: %v", err)
	}
	s.Finish(o.Now())
	if err := r.Close(&s); err != nil {
		t.Fatal(err)
	}
	after, err := history.Read("runs", s.Run)
	if err != nil || !after.Journal.Over() || after.Journal.End.State != journal.Finished {
		t.Errorf("%+v, %v", after.Journal.End, err)
	}
	if _, err := os.Stat("runs/" + s.Run + "/summary.json"); err != nil {
		t.Error(err)
	}
}

func settledIn(line report.Timeline, status user.Status) (n int) {
	for _, p := range line.Points {
		n += p.Outcomes[status]
	}
	return n
}

// If a signal comes before the first record, the run sends no users, and its files keep
// the suffix .partial.
func TestARunThatIsStopped(t *testing.T) {
	o := options(t)
	c := settings(t)
	p, err := Setup(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	stop(exit.SignalError{Signal: syscall.SIGTERM})
	s, err := r.Send(ctx)
	if !errors.Is(err, exit.SignalError{Signal: syscall.SIGTERM}) || s.State != report.Stopped || s.Outcomes.Total() != 0 || !strings.HasSuffix(s.Path("results"), ".partial") {
		t.Errorf("%+v, %v", s, err)
	}
	s.Finish(o.Now())
	if err := errors.Join(r.Close(&s), r.Release(), p.Release()); err != nil {
		t.Error(err)
	}
}

// A run that can be refused is refused before its directory is created.
func TestSetupRefuses(t *testing.T) {
	o := options(t)
	for name, c := range map[string]struct {
		args  []string
		files []string
	}{
		"no file":                {nil, nil},
		"a missing file":         {nil, []string{"none.csv"}},
		"results over the input": {[]string{"--results", "users.csv"}, []string{"users.csv"}},
		"two at once":            {[]string{"--results", "-", "--json"}, []string{"users.csv"}},
		"a guard":                {[]string{"--min-records", "1"}, []string{"-"}},
		"protected users":        {[]string{"--protect", "none"}, []string{"users.csv"}},
	} {
		o.Files = c.files
		p, err := Setup(t.Context(), settings(t, c.args...), o)
		if refused, ok := errors.AsType[*exit.Error](err); p != nil || !ok || refused.Code != exit.Misuse {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat("runs"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a runs directory was made: %v", err)
	}
}

// If some outcomes could not be written, the summary counts those in the files.
func TestRecount(t *testing.T) {
	r, s, err := live(t, t.Context(), settings(t, "--runs-dir", "runs"), options(t))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.Path("results"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	if err := os.WriteFile(s.Path("results"), []byte(strings.Join(lines[:2], "")+lines[2][:5]), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.recount(); err != nil || r.counts.Written != 1 || r.counts.SettledUpTo != 1 {
		t.Errorf("%+v, %v", r.counts, err)
	}
}

// A program that shares out ids in another way belongs to another run.
func TestShardsAgreeOnHowIDsAreSharedOut(t *testing.T) {
	p, err := Setup(t.Context(), settings(t), options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Release()
	job, err := p.job()
	if want := strconv.Itoa(identity.FoldVersion); err != nil || job.Identity[theVersion] != want {
		t.Errorf("%v, %v", job.Identity, err)
	}
}
