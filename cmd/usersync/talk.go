package main

import (
	"os"

	"go.uber.org/zap"
	"golang.org/x/term"

	"usersync/writer/progress"
)

// startTalking opens progress and log, which share standard error.
func (j *job) startTalking() error {
	o := progress.Options{}
	if j.config.Log.Format == "json" {
		o.Say = func(line string) { j.say.Info("under way", zap.String("progress", line)) }
	} else {
		o.Terminal, o.Width = j.terminal()
	}
	j.progress = progress.New(j.stderr, o)
	var err error
	if j.log, err = newLog(j.progress.Above(), j.config.Log.Format, j.config.Log.Level); err != nil {
		return err
	}
	if j.say, err = newLog(j.progress.Above(), "json", "info"); err != nil {
		return err
	}
	if j.among && j.config.Log.Format == "json" {
		j.log, j.say = j.log.With(zap.String("to", j.config.Target.To)), j.say.With(zap.String("to", j.config.Target.To))
	}
	return nil
}

// terminal says whether the progress line can be redrawn, and how wide it may be.
func (j *job) terminal() (redraw bool, width func() int) {
	if f, ok := j.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return true, func() int { return widthOf(f) }
	}
	return j.config.Log.Progress == "always", nil
}

func widthOf(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 80
	}
	return width
}

func (j *job) showProgress() {
	if j.config.Log.Progress != "never" {
		j.progress.Start(progress.Source{Note: j.conn.pace.Note, Calls: j.calls.Total})
	}
}

// stopProgress ends the line. That nobody could read it is no reason to fail.
func (j *job) stopProgress() error {
	if err := j.progress.Stop(); err != nil {
		j.log.Warn("progress could not be shown", zap.Error(err))
	}
	return nil
}
