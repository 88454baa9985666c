package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Lookup returns an environment variable, as os.LookupEnv does.
type Lookup func(name string) (value string, set bool)

// dumb reports whether a terminal understands no escape sequences, so that no line can be
// redrawn and nothing colored.
func dumb(lookup Lookup) bool {
	kind, _ := lookup("TERM")
	return kind == "dumb"
}

// Colors returns what w writes to, without escaping, if text there may be colored: it is a
// terminal that understands it, and NO_COLOR is not set or is empty (https://no-color.org).
// Otherwise it returns nil. Escape yourself what you write there.
func Colors(w io.Writer, lookup Lookup) io.Writer {
	off, _ := lookup("NO_COLOR")
	f, ok := bare(w).(*os.File)
	if !ok || off != "" || dumb(lookup) || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}

// Headed writes a text in one piece, its head in red if w may be colored.
func Headed(w io.Writer, lookup Lookup, head, rest string) {
	if colored := Colors(w, lookup); colored != nil {
		_, _ = io.WriteString(colored, "\x1b[1;31m"+head+"\x1b[0m") // what follows fails the same way
		head = ""
	}
	_, _ = io.WriteString(w, head+rest)
}
