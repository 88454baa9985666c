package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"go.uber.org/zap"

	"usersync/reader/mapping"
)

// trouble is an error that knows what a person can do about it.
type trouble struct {
	err  error
	code int    // the exit code; 0 leaves it to what err is
	hint string // what to do; may be empty
	next string // the command to type next; may be empty
}

func (t *trouble) Error() string { return t.err.Error() }
func (t *trouble) Unwrap() error { return t.err }

// misuse is trouble that is found before anything is sent: exit 2.
func misuse(err error, hint, next string) error {
	return &trouble{err: err, code: exitUsage, hint: hint, next: next}
}

// troubleOf finds the first trouble in err, from the outside in, as errors.As does.
func troubleOf(err error) (*trouble, bool) {
	if t, ok := err.(*trouble); ok {
		return t, true
	}
	if t, ok := ledgerTrouble(err); ok {
		return t, true
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			if t, ok := troubleOf(e); ok {
				return t, true
			}
		}
		return nil, false
	}
	inner := errors.Unwrap(err)
	if inner == nil {
		return nil, false
	}
	return troubleOf(inner)
}

// tell writes err for a person: what was being done and what went wrong, a
// hint, and the next command.
func tell(w io.Writer, err error) {
	if err == nil {
		return
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok && hinted(several.Unwrap()) > 1 {
		tellEach(w, several.Unwrap())
		return
	}
	fmt.Fprintf(w, "usersync: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n  "))
	t, ok := troubleOf(err)
	if !ok {
		return
	}
	if t.hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", t.hint)
	}
	if t.next != "" {
		fmt.Fprintf(w, "  next: %s\n", t.next)
	}
}

// tellEach gives each of several troubles its own hint, and the next command
// where it changes.
func tellEach(w io.Writer, errs []error) {
	for i, err := range errs {
		t, ok := troubleOf(err)
		if ok && i+1 < len(errs) {
			if after, more := troubleOf(errs[i+1]); more && after.next == t.next {
				err = &trouble{err: t, hint: t.hint}
			}
		}
		tell(w, err)
	}
}

// hinted counts those that say what to do.
func hinted(errs []error) int {
	n := 0
	for _, err := range errs {
		if t, ok := troubleOf(err); ok && t.hint != "" {
			n++
		}
	}
	return n
}

// tellJSON writes err as a line of the log.
func tellJSON(w io.Writer, err error, code int) {
	log, bad := newLog(w, "json", "error")
	if err == nil || bad != nil {
		tell(w, err)
		return
	}
	fields := []zap.Field{zap.Int("exit_code", code)}
	if t, ok := troubleOf(err); ok {
		fields = append(fields, zap.String("hint", t.hint), zap.String("next", t.next))
	}
	log.Error(err.Error(), fields...)
}

// didYouMean is the hint that names the nearest of the known words, or else
// all of them.
func didYouMean(word string, known []string) string {
	if near, ok := mapping.Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "known are " + wordsOf(known)
}

func wordsOf(list []string) string { return strings.Join(list, ", ") }

// commandLine quotes args for a shell, so that a line can be typed again.
func commandLine(args ...string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = shellQuote(a)
	}
	return "usersync " + strings.Join(quoted, " ")
}

func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("-_./:=,@%+", r))
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
