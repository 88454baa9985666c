package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/reader/place"
	"usersync/reader/source"
)

// nextForInput is the command to type after err kept an input from opening. If the
// columns do not fit and there is no config yet, it drafts one from the header.
func nextForInput(c *config.Config, paths []string, err error) string {
	inputErr, ok := errors.AsType[*reader.InputError](err)
	path := paths[0]
	if ok {
		path = pathOf(inputErr.File, paths)
	}
	_, aboutColumns := errors.AsType[*mapping.Error](err)
	broken, _ := errors.AsType[*source.Error](err)
	switch {
	case ok && !aboutColumns && isMisused(err):
		return "usersync help settings"
	case ok && !aboutColumns && place.Is(path):
		return c.Invocation.Again(c.Invocation.Files...)
	case ok && !aboutColumns && path == "-":
		return ""
	case ok && !aboutColumns && broken != nil:
		return listCommand(path, broken)
	case ok && !aboutColumns:
		return lookCommand(path, inputErr.Line)
	case c.File == "" && config.IsRegular(path):
		return c.Init(path)
	}
	return c.Invocation.Command("validate", c.Invocation.Files...)
}

// isMisused reports whether the same command would end in the same way, whatever happens at the
// place.
func isMisused(err error) bool {
	kind, ok := place.KindOf(err)
	return ok && kind == place.Misused
}

// listCommand lists the file, or its directory if the file does not exist.
func listCommand(path string, why *source.Error) string {
	if errors.Is(why, fs.ErrNotExist) {
		path = filepath.Dir(path)
	}
	return "ls -l " + exit.Quote(path)
}

// lookCommand shows the line of a file that does not fit, or how large the file is if it is empty.
// Lines of a compressed file are not those that were read, and a pipe may wait for its writer
// forever.
func lookCommand(path string, line int) string {
	if !config.IsRegular(path) {
		return "usersync help settings"
	}
	f, err := os.Open(path)
	if err != nil {
		return "usersync help settings"
	}
	defer f.Close() // it was only read
	start := make([]byte, 512)
	n, _ := io.ReadFull(f, start)
	switch binary := bytes.IndexByte(start[:n], 0) >= 0 || bytes.HasPrefix(start, []byte("\x1f\x8b")) || bytes.HasPrefix(start, []byte("\x28\xb5\x2f\xfd")); {
	case n == 0:
		return "ls -l " + exit.Quote(path)
	case line == 0 || binary:
		return "usersync help settings"
	}
	return fmt.Sprintf("sed -n %dp %s | cut -c -300 | cat -v", line, exit.Quote(path))
}

func pathOf(name string, paths []string) string {
	for _, path := range paths {
		if source.Name(path) == name {
			return path
		}
	}
	return paths[0]
}
