// Package job carries out what a command line asks to be sent: one run or several, from
// their settings to their report. It begins a run, sends, ends and releases it, prints how it
// ended, uploads its files, and tells monitoring and the team.
//
// What a run does is in package run, and what each of them is told in packages of their
// own: this package connects them, in the order in which they must happen. Start at Send.
package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/metrics"
	"usersync/cmd/usersync/internal/otlp"
	"usersync/cmd/usersync/internal/pod"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/setting"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/destination/parallel"
	"usersync/sync/ledger"
	"usersync/writer/report"
)

// Process is what runs see of the process that makes them.
type Process struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer // both escape what a terminal would obey or hide
	Environment    setting.Environment
	Now            func() time.Time
	Wire           context.Context // ends when calls in flight must be cut
	Args           []string        // of the command line, for the journal
	Metrics        *metrics.Listener
	Asked          *terminal.Asked
	Ran            func(pod.Run) // takes how each run ended
	LimitMemory    func(lookup func(string) (string, bool), c *config.Config)

	several bool // several runs share standard output and standard error
}

// Send makes a run, from its settings to its summary and its report.
func (p *Process) Send(ctx context.Context, c *config.Config, o run.Options, found *advice.Result) error {
	s := &sender{Process: p, config: c, options: o}
	err := inOrder(
		func() error { return s.prepare(ctx) },
		func() error { return s.begin(ctx) },
		func() error { return s.send(ctx, found) },
	)
	err = s.conclude(ctx, err)
	s.tell(ctx, err, *found)
	return err
}

// sender is a run on its way, from its settings to its summary and its report. Release
// it after an error, too.
type sender struct {
	*Process
	config   *config.Config
	options  run.Options
	terminal *terminal.Terminal
	prepared *run.Prepared   // nil before prepare
	run      *run.Run        // nil before begin; in the end the merged run
	shard    *run.Run        // the shard that has merged run; nil otherwise
	summary  *report.Summary // nil before the run has ended
	traced   *otlp.Exporter  // nil if no one asks for a trace
	another  bool            // another process continues the run, or has ended it
}

// prepare checks everything that can be checked without the lock of the account.
func (s *sender) prepare(ctx context.Context) (err error) {
	s.LimitMemory(s.Environment.Lookup, s.config)
	if s.terminal, err = terminal.Open(s.Stderr, s.config, s.several, s.Environment.Lookup); err != nil {
		return err
	}
	s.Asked.Add(s.terminal.Progress)
	o := s.options
	o.Stdin, o.Stdout, o.Now, o.Wire, o.Args = s.Stdin, s.Stdout, s.Now, s.Wire, s.Environment.Places.Shown(s.Args)
	o.Log, o.Progress = s.terminal.Log, s.terminal.Progress
	if s.config.Output.Publish != "" {
		o.Publish = s.uploadMerged
	}
	if s.startTrace(ctx); s.traced != nil {
		o.Observer = s.traced
	}
	s.prepared, err = run.Setup(ctx, s.config, o)
	return err
}

// begin locks the account and makes ready to send.
func (s *sender) begin(ctx context.Context) (err error) {
	s.run, err = s.prepared.Begin(ctx)
	if signal := exit.StoppedBy(ctx); signal != nil && parallel.OnlyCanceled(err) {
		return &exit.Error{Err: exit.NothingSent(fmt.Errorf("start the run: %w", signal)), Next: s.config.Invocation.Again(s.options.Files...)}
	}
	if _, held := errors.AsType[*ledger.HeldError](err); held && s.config.Ledger.LockTimeout == 0 {
		waiting := s.config.Invocation.With(config.Flag{Name: "lock-timeout", Value: "10m"})
		return &exit.Error{Err: err, Hint: advice.Hint(err), Next: waiting.Again(s.options.Files...)}
	}
	return err
}

func (s *sender) send(ctx context.Context, found *advice.Result) error {
	if shard := s.run.Shard(); shard != nil {
		return s.sendShard(ctx, shard, found)
	}
	s.showMetrics()
	summary, stopped := s.run.Send(ctx)
	s.summary = &summary
	if err := s.finish(s.config, s.terminal, s.run, s.summary, stopped, found); err != nil {
		return err
	}
	s.run.Expire(ctx)
	return nil
}

func (s *sender) release() error {
	var errs []error
	if s.terminal != nil {
		s.Asked.Remove(s.terminal.Progress)
	}
	if s.shard != nil {
		errs = append(errs, s.shard.Release())
	}
	if s.run != nil {
		errs = append(errs, s.run.Release())
	}
	if s.prepared != nil {
		errs = append(errs, s.prepared.Release())
	}
	return errors.Join(append(errs, s.options.Plan.Close())...)
}
