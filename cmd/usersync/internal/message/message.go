// Package message shows on standard error how a command ended and what it did: to a person,
// or as a line of JSON. It decides neither.
package message

import (
	"fmt"
	"io"
	"os"
	"strings"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/visible"
)

// Error writes the error that ended a command or a run, and its exit code if asJSON. It
// writes nothing for a nil error.
func Error(w io.Writer, asJSON bool, err error, code int) {
	if asJSON {
		logError(w, err, code)
		return
	}
	printError(w, err)
}

// Note writes what a command has done. hint and next may be empty.
func Note(w io.Writer, asJSON bool, text, hint, next string) error {
	if asJSON {
		log, err := terminal.NewLog(w, "json", "info")
		if err != nil {
			return err
		}
		log.Info(text, zap.String("hint", hint), zap.String("next", next))
		return nil
	}
	columns := terminal.Columns(w)
	_, err := fmt.Fprintln(w, visible.Hang("", text, columns)+advised(hint, next, columns))
	return err
}

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
	t, ok := advice.Printed(err)
	if !ok {
		t = &exit.Error{}
	}
	columns := terminal.Columns(w)
	terminal.Headed(w, os.LookupEnv, head, laidOut(exit.Text(err), columns)+advised(t.Hint, t.Next, columns)+"\n")
}

const head = "usersync:"

// laidOut returns what follows the head: a line for each error, broken for a terminal of so many
// columns.
func laidOut(text string, columns int) string {
	const deeper = "    " // than the line of another error
	lines := strings.Split(head+" "+text, "\n")
	for i, line := range lines {
		if i > 0 {
			line = "  " + line
		}
		if columns > 0 && visible.Width(line) > columns {
			line = line[:len(line)-len(strings.TrimLeft(line, " "))] + strings.Join(visible.Lines(line, columns-len(deeper)), "\n"+deeper)
		}
		lines[i] = line
	}
	return strings.TrimPrefix(strings.Join(lines, "\n"), head)
}

// advised returns the lines of a hint and of the next command, which is never broken: people copy it.
func advised(hint, next string, columns int) (text string) {
	if hint != "" {
		text += "\n" + visible.Hang("  hint: ", hint, columns)
	}
	if next != "" {
		text += "\n  next: " + next
	}
	return text
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
	log.Error(exit.Text(err), fields...)
}
