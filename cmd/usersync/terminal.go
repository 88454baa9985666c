package main

import (
	"io"
	"os"

	"go.uber.org/zap"
	"golang.org/x/term"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/visible"
	"usersync/writer/progress"
)

// terminal is standard error during a run: a log, and the progress line that
// shares it.
type terminal struct {
	log      run.Log
	progress *progress.Progress
}

// openTerminal opens progress and log. If several runs share a JSON log, each line
// names its destination.
func openTerminal(to io.Writer, c *config.Config, several bool) (*terminal, error) {
	t := &terminal{}
	to = bare(to) // the line is redrawn with escape sequences; what appears above it is escaped
	o := progress.Options{}
	if c.Log.Format == "json" {
		o.Say = func(line string) { t.log.Data.Info("in progress", zap.String("progress", line)) }
	} else {
		o.Terminal, o.Width = redraw(to, c)
	}
	t.progress = progress.New(to, o)
	var err error
	if t.log.Logger, err = newLog(t.progress.Above(), c.Log.Format, c.Log.Level); err != nil {
		return nil, err
	}
	if c.Log.Format != "json" {
		return t, nil
	}
	if t.log.Data, err = newLog(t.progress.Above(), "json", "info"); err != nil {
		return nil, err
	}
	if several {
		t.log.Logger, t.log.Data = t.log.With(zap.String("to", c.Target.To)), t.log.Data.With(zap.String("to", c.Target.To))
	}
	return t, nil
}

// redraw reports whether the progress line can be redrawn, and how wide it may be.
func redraw(to io.Writer, c *config.Config) (redraw bool, width func() int) {
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return true, func() int { return widthOf(f) }
	}
	return c.Log.Progress == "always", nil
}

// widthTo is how many columns fit where w leads to.
func widthTo(w io.Writer) int {
	if f, ok := bare(w).(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return widthOf(f)
	}
	return defaultWidth
}

// bare returns what an escaping writer writes to, and any other writer unchanged.
func bare(w io.Writer) io.Writer {
	if escaping, ok := w.(*visible.Writer); ok {
		return escaping.Unwrap()
	}
	return w
}

const defaultWidth = 80

func widthOf(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return defaultWidth
	}
	return width
}
