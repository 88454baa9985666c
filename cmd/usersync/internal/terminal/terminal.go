// Package terminal is what a command prints to while it runs: the log, the progress line
// that shares standard error with it, what a run that is told to stop waits for, and writers
// that several runs can share.
//
// It does not decide what is reported: the commands do. Start at Open.
package terminal

import (
	"cmp"
	"io"
	"os"

	"go.uber.org/zap"
	"golang.org/x/term"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/visible"
	"usersync/writer/progress"
)

// Terminal is standard error during a run: a log, and the progress line that
// shares it.
type Terminal struct {
	Log      Log
	Progress *progress.Progress
}

// Open opens progress and log. If several runs share a JSON log, each line
// names its destination.
func Open(to io.Writer, c *config.Config, several bool, lookup Lookup) (*Terminal, error) {
	t := &Terminal{}
	to = bare(to) // the line is redrawn with escape sequences; what appears above it is escaped
	o := progress.Options{Silent: c.Log.Progress == "never" || c.Log.Quiet}
	if c.Log.Format == "json" {
		o.Say = func(line string) { t.Log.Data.Info("in progress", zap.String("progress", line)) }
	} else if !several { // the lines of several runs mix, so none could be redrawn
		o.Terminal, o.Width = redraw(to, c, lookup)
	}
	t.Progress = progress.New(to, o)
	var err error
	if t.Log.Logger, err = NewLog(t.Progress.Above(), c.Log.Format, level(c)); err != nil {
		return nil, err
	}
	if c.Log.Format != "json" {
		return t, nil
	}
	if t.Log.Data, err = NewLog(t.Progress.Above(), "json", "info"); err != nil {
		return nil, err
	}
	if several {
		t.Log.Logger, t.Log.Data = t.Log.With(zap.String("to", c.Target.To)), t.Log.Data.With(zap.String("to", c.Target.To))
	}
	return t, nil
}

// level is the least severe level that is logged. Warnings are not errors: a quiet command
// says them only if it was told to log them.
func level(c *config.Config) string {
	if c.Log.Quiet && c.Log.Level == "warn" {
		return "error"
	}
	return c.Log.Level
}

// unlimited is the width where no terminal is: nothing cuts lines there.
const unlimited = 1000

// redraw reports whether the progress line can be redrawn, and how wide it may be.
func redraw(to io.Writer, c *config.Config, lookup Lookup) (redraw bool, width func() int) {
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return !dumb(lookup), func() int { return widthOf(f) }
	}
	return c.Log.Progress == "always", func() int { return unlimited }
}

// Columns is how many columns the terminal has that w leads to; 0 if that is none, where lines are
// not broken.
func Columns(w io.Writer) int {
	if f, ok := bare(w).(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return widthOf(f)
	}
	return 0
}

// WidthTo is how many columns fit where w leads to.
func WidthTo(w io.Writer) int { return cmp.Or(Columns(w), defaultWidth) }

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
	if err != nil || width <= 0 { // a serial line, or a container's terminal that was not told
		return defaultWidth
	}
	return width
}
