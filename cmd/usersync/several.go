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
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/run"
)

// runSeveral sends the input to several destinations: a run each, side by side,
// that share nothing but the process.
func (e *env) runSeveral(ctx context.Context, c *config.Config, args []string) error {
	if slices.Contains(args, "-") {
		return exit.Usage(fmt.Errorf("open the input: standard input cannot be read by %d runs", len(c.Target.All)), "name a file, or one destination with --to", "usersync run --help")
	}
	if c.Output.Results != "" {
		return exit.Usage(fmt.Errorf("read settings: --results would be that of %d runs", len(c.Target.All)), "leave it out: each run has its own in its directory", "usersync run --help")
	}
	own, err := c.Each()
	if err != nil {
		return err
	}
	codes := make([]int, len(own))
	out, talk := &locked{to: e.stdout}, &locked{to: e.stderr}
	var group errgroup.Group
	for i, c := range own {
		mine := *e
		mine.several = true
		mine.stdout, mine.stderr = out, &prefixed{to: talk, prefix: c.Target.To + ": "}
		if c.Log.Format == "json" {
			mine.stderr = talk // each line is JSON, and says to whom it belongs
		}
		group.Go(func() error {
			var found result
			err := mine.send(ctx, c, run.Options{Files: args}, &found)
			codes[i] = exitCode(err, found)
			mine.reportError(err, codes[i])
			return nil
		})
	}
	_ = group.Wait() // each has told its own error
	return exit.Worst(c.Target.All, codes)
}

// shared lets several goroutines write whole texts.
type locked struct {
	mu sync.Mutex
	to io.Writer
}

func (s *locked) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(p)
}

// named puts a name before each line; a text that is given at once stays together.
type prefixed struct {
	to     io.Writer
	prefix string
}

func (n *prefixed) Write(p []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(p) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteString(n.prefix)
		}
		b.Write(line)
	}
	_, err := n.to.Write(b.Bytes())
	if err != nil {
		return 0, err
	}
	return len(p), nil
}
