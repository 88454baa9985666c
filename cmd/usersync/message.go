package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/terminal"
)

// printError writes err for a person: what was being done and what went wrong, then
// a hint and the next command.
func printError(w io.Writer, err error) {
	if err == nil {
		return
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok && countHints(several.Unwrap()) > 1 {
		printErrors(w, several.Unwrap())
		return
	}
	terminal.Headed(w, os.LookupEnv, "usersync:", " "+strings.ReplaceAll(err.Error(), "\n", "\n  ")+"\n")
	t, ok := advice.Printed(err)
	if !ok {
		return
	}
	if t.Hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", t.Hint)
	}
	if t.Next != "" {
		fmt.Fprintf(w, "  next: %s\n", t.Next)
	}
}

// printErrors writes each error with its own hint, and the next command only where
// it changes.
func printErrors(w io.Writer, errs []error) {
	for i, err := range errs {
		t, ok := advice.Printed(err)
		if ok && i+1 < len(errs) {
			if after, more := advice.Printed(errs[i+1]); more && after.Next == t.Next {
				err = &exit.Error{Err: t, Hint: t.Hint}
			}
		}
		printError(w, err)
	}
}

// countHints counts the errors that have a hint.
func countHints(errs []error) int {
	n := 0
	for _, err := range errs {
		if t, ok := advice.Printed(err); ok && t.Hint != "" {
			n++
		}
	}
	return n
}

// logsJSON reports whether standard error takes only JSON. If cmd has not loaded its
// settings, because it has none or its flags are wrong, the flags parsed so far decide.
func (e *env) logsJSON(cmd *cobra.Command) bool {
	if !e.loaded {
		e.jsonLog, e.loaded = config.JSONLog(cmd.Flags(), connect.Sections(), e.environment), true
	}
	return e.jsonLog
}

// note prints what a command has done, for a person or as a log line. hint and next
// may be empty.
func (e *env) note(cmd *cobra.Command, text, hint, next string) error {
	if e.logsJSON(cmd) {
		log, err := terminal.NewLog(e.stderr, "json", "info")
		if err != nil {
			return err
		}
		log.Info(text, zap.String("hint", hint), zap.String("next", next))
		return nil
	}
	if e.quiet {
		return nil
	}
	for _, line := range [][2]string{{"  hint: ", hint}, {"  next: ", next}} {
		if line[1] != "" {
			text += "\n" + line[0] + line[1]
		}
	}
	_, err := fmt.Fprintln(e.stderr, text)
	return err
}

// reportNow reports err before the rest of the output, instead of when the command ends.
func (e *env) reportNow(err error, found advice.Result) error {
	if err == nil {
		return nil
	}
	e.reportError(err, advice.ExitCode(err, found))
	return &exit.ReportedError{Err: err}
}

// reportError writes the error that ended a command, as a log line or for a person.
func (e *env) reportError(err error, code int) {
	if e.jsonLog {
		logError(e.stderr, err, code)
		return
	}
	printError(e.stderr, err)
}

// logError writes err as a JSON log line.
func logError(w io.Writer, err error, code int) {
	log, bad := terminal.NewLog(w, "json", "error")
	if err == nil || bad != nil {
		printError(w, err)
		return
	}
	fields := []zap.Field{zap.Int("exit_code", code)}
	if t, ok := advice.Printed(err); ok {
		fields = append(fields, zap.String("hint", t.Hint), zap.String("next", t.Next))
	}
	log.Error(err.Error(), fields...)
}
