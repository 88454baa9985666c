package main

import (
	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/message"
)

// logsJSON reports whether standard error takes only JSON. If cmd has not loaded its
// settings, because it has none or its flags are wrong, the flags parsed so far decide.
func (e *env) logsJSON(cmd *cobra.Command) bool {
	if !e.loaded {
		e.jsonLog, e.loaded = config.JSONLog(cmd.Flags(), connect.Sections(), e.environment), true
	}
	return e.jsonLog
}

// note prints what a command has done. hint and next may be empty.
func (e *env) note(cmd *cobra.Command, text, hint, next string) error {
	asJSON := e.logsJSON(cmd)
	if e.quiet && !asJSON {
		return nil
	}
	return message.Note(e.stderr, asJSON, text, hint, next)
}

// reportNow reports err before the rest of the output, instead of when the command ends.
func (e *env) reportNow(err error, found advice.Result) error {
	if err == nil {
		return nil
	}
	e.reportError(err, advice.ExitCode(err, found))
	return &exit.ReportedError{Err: err}
}

// reportError writes the error that ended a command.
func (e *env) reportError(err error, code int) { message.Error(e.stderr, e.jsonLog, err, code) }
