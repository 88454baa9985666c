// Package notify tells a team how a job went: through a webhook, a program, or both. It
// tells only what has changed, unless it is asked for more, and a notification that cannot
// be delivered never changes how a run ends.
//
// Start at Notifier.
package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination/parallel"
	"usersync/writer/report"
)

// Ended is what is known of a run that ended.
type Ended struct {
	ExitCode int
	Error    string          // in one line; empty if it ended well
	Summary  *report.Summary // nil if it has none
	Dir      string          // its directory; empty if it has none
	Next     string          // the command to type next, if there is no summary
	At       time.Time
	// Shard is the run of which it is a shard, if others may tell of its end, too; empty otherwise.
	Shard string
}

// Notifier notifies about the runs of one job. The zero value of its settings tells no one.
type Notifier struct {
	settings config.Notify
	to       string
	memory   memory
	webhook  webhook
}

// New returns the Notifier of the job that c describes. A job is a config file, a
// destination, and whether it goes to the sandbox.
func New(c *config.Config) *Notifier {
	file := c.File
	if abs, err := filepath.Abs(file); err == nil && file != "" {
		file = abs
	}
	client := &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Notifier{
		settings: c.Notify, to: c.Target.To,
		memory:  remembered(c.Output.RunsDir, file, c.Target.To, fmt.Sprint(c.Target.Sandbox)),
		webhook: webhook{address: c.Notify.Webhook, format: c.Notify.Format, client: client, wait: 500 * time.Millisecond},
	}
}

// Run notifies about a run that ended, and remembers what it has told. It takes at most
// the timeout of the settings for each receiver. Its errors are warnings.
func (n *Notifier) Run(ctx context.Context, e Ended) error {
	state, known := stateOf(e.ExitCode)
	if !known || !n.settings.Asked() {
		return nil
	}
	if e.Shard != "" {
		defer n.memory.alone(ctx, 2*n.settings.Timeout)()
	}
	before, err := n.memory.load()
	if err != nil {
		err = fmt.Errorf("read what was last notified: %w", err)
	}
	event := eventOf(state, before.State)
	if again := e.Shard != "" && before.State == state && before.Run == e.Shard; n.due(state, event) && !again {
		if failed := n.deliver(ctx, n.message(e, state, cmp.Or(event, string(state)), before.State)); failed != nil {
			return errors.Join(err, failed) // the next run tells it again
		}
	}
	return errors.Join(err, n.memory.save(told{State: state, Run: runOf(e), At: e.At.UTC()}))
}

// due reports whether anyone is to be told.
func (n *Notifier) due(state State, event string) bool {
	switch n.settings.On {
	case "always":
		return true
	case "failure":
		return state != OK
	}
	return event != ""
}

// deliver tells both receivers at the same time, even if one of them fails: after a signal, one that
// does not answer would take all the time that is left.
func (n *Notifier) deliver(ctx context.Context, m *Message) error {
	var errs [2]error
	both, _ := parallel.New(ctx)
	if n.settings.Webhook.Reveal() != "" {
		both.Go(func() error {
			errs[0] = n.within(ctx, func(ctx context.Context) error { return n.webhook.send(ctx, m) })
			return nil
		})
	}
	if len(n.settings.Command) > 0 {
		both.Go(func() error {
			errs[1] = n.within(ctx, func(ctx context.Context) error { return command{n.settings.Command}.run(ctx, m) })
			return nil
		})
	}
	_ = both.Wait()
	return errors.Join(errs[:]...)
}

func (n *Notifier) within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, n.settings.Timeout)
	defer cancel()
	return do(ctx)
}

func (n *Notifier) message(e Ended, state State, event string, before State) *Message {
	m := &Message{
		Format: MessageFormat, Event: event, State: state, Previous: before, Destination: n.to,
		End: End{ExitCode: e.ExitCode, Meaning: exit.MeaningOf(e.ExitCode), Error: e.Error, FinishedAt: e.At.UTC()},
		Dir: e.Dir, Report: reportIn(e.Dir), Next: e.Next,
	}
	if e.Summary != nil {
		m.add(e.Summary)
	}
	return m
}

// reportIn returns the path of the report in the directory of a run; empty if there is none.
func reportIn(dir string) string {
	path := filepath.Join(dir, "report.html")
	if _, err := os.Stat(path); dir == "" || err != nil {
		return ""
	}
	return path
}

func runOf(e Ended) string {
	if e.Shard != "" || e.Summary == nil {
		return e.Shard
	}
	return e.Summary.Run
}

func sortReasons(all []Reason) {
	slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(b.Records, a.Records) })
}
