package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/reader/source"
)

// mendSettings is the command to type when an API cannot be reached with what is
// set: a config to begin with, else a look at the one there is.
func (c *config) mendSettings() string {
	files := c.typed.files
	switch {
	case c.file == "" && len(files) > 0 && isRegular(files[0]):
		return c.initialise(files[0])
	case c.typed.verb == "validate":
		return "usersync help settings"
	}
	return c.typed.command("validate", files...)
}

// mendInput is the command to type when an input was not opened: err says why.
// A config made from the header is a good start where columns do not fit and
// there is none yet.
func (c *config) mendInput(paths []string, err error) string {
	unreadable, ok := errors.AsType[*reader.InputError](err)
	path := paths[0]
	if ok {
		path = pathOf(unreadable.File, paths)
	}
	_, aboutColumns := errors.AsType[*mapping.Error](err)
	broken, _ := errors.AsType[*source.Error](err)
	switch {
	case ok && !aboutColumns && path == "-":
		return ""
	case ok && !aboutColumns && broken != nil:
		return lookAt(path, broken)
	case ok && !aboutColumns:
		return "usersync help settings"
	case c.file == "" && isRegular(path):
		return c.initialise(path)
	}
	return c.typed.command("validate", c.typed.files...)
}

// initialise begins a config; what says how the file is read goes with it.
func (c *config) initialise(path string) string {
	args := []string{"init"}
	for _, f := range [][2]string{{"--format", c.Input.Format}, {"--charset", c.Input.Charset}} {
		if f[1] != "auto" {
			args = append(args, f[0], f[1])
		}
	}
	if c.Input.Delimiter == '\t' {
		args = append(args, "--delimiter", "tab")
	} else if c.Input.Delimiter != 0 {
		args = append(args, "--delimiter", string(c.Input.Delimiter))
	}
	return exit.CommandLine(append(args, path)...)
}

// lookAt shows what lies at the path, or where nothing does.
func lookAt(path string, why *source.Error) string {
	if errors.Is(why, fs.ErrNotExist) {
		path = filepath.Dir(path)
	}
	return "ls -l " + exit.Quote(path)
}

func pathOf(name string, paths []string) string {
	for _, path := range paths {
		if source.Name(path) == name {
			return path
		}
	}
	return paths[0]
}

func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
