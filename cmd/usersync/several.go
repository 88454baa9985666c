package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/run"
)

// runSeveral sends the input to several destinations in parallel, one run each. The
// runs share only the process.
func (e *env) runSeveral(ctx context.Context, c *config.Config, args []string) error {
	if slices.Contains(args, "-") {
		return exit.Usage(fmt.Errorf("open the input: standard input cannot be read by %d runs", len(c.Target.All)), "name a file, or one destination with --to", "usersync run --help")
	}
	if c.Output.Results != "" {
		return exit.Usage(fmt.Errorf("read settings: --results cannot take the results of %d runs", len(c.Target.All)), "leave it out: each run writes its results to its own directory", "usersync run --help")
	}
	configs, err := c.Each()
	if err != nil {
		return err
	}
	for _, c := range configs { // before the first call of any run
		if err := connect.CheckScope(ctx, c, history.AddressEvidence(c)); err != nil {
			return err
		}
	}
	codes := make([]int, len(configs))
	stdout, stderr := &locked{to: e.stdout}, &locked{to: e.stderr}
	var group errgroup.Group
	for i, c := range configs {
		one := *e
		one.several = true
		one.stdout, one.stderr = stdout, &prefixed{to: stderr, prefix: c.Target.To + ": "}
		if c.Log.Format == "json" {
			one.stderr = stderr // each line is JSON and names its destination
		}
		group.Go(func() error {
			var found result
			err := one.send(ctx, c, run.Options{Files: args}, &found)
			codes[i] = exitCode(err, found)
			one.reportError(err, codes[i])
			return nil
		})
	}
	_ = group.Wait() // each run has reported its own error
	return exit.Worst(c.Target.All, codes)
}

// locked lets several goroutines write to one writer, one text at a time.
type locked struct {
	mu sync.Mutex
	to io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

// prefixed puts a prefix before each line. A text written at once stays together.
type prefixed struct {
	to     io.Writer
	prefix string
}

func (w *prefixed) Write(p []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(p) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteString(w.prefix)
		}
		b.Write(line)
	}
	_, err := w.to.Write(b.Bytes())
	if err != nil {
		return 0, err
	}
	return len(p), nil
}
