package input

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
)

// lookAgain is how long to wait before looking again for an input.
const lookAgain = time.Second

// Await waits for the files of an input, as the settings ask: until each is there and as old
// as min_age says, but not for long. Then opening the input tells what is still wrong with it.
// The error is that of a signal. waiting is called once, if there is anything to wait for.
func Await(ctx context.Context, c *config.Config, args []string, waiting func(why string)) error {
	if c.Proof.WaitForInput == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.Proof.WaitForInput)
	defer cancel()
	for {
		why := missing(c, args)
		if why == "" {
			return nil
		}
		if waiting != nil {
			waiting(why)
			waiting = nil
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return exit.StoppedBy(ctx)
		}
	}
}

// missing says what is not there yet; empty if nothing is, or if waiting does not help.
func missing(c *config.Config, args []string) string {
	paths := args
	if len(args) == 0 {
		for _, pattern := range c.Input.From {
			found, err := expandPattern(pattern)
			if errors.Is(err, errNoMatch) {
				return "no file matches " + pattern
			}
			paths = append(paths, found...)
		}
	}
	for _, path := range append(paths, c.Proof.Named()...) {
		if path == "-" || strings.Contains(path, "://") {
			continue
		}
		info, err := os.Stat(path)
		switch age := c.Proof.MinAge; {
		case errors.Is(err, fs.ErrNotExist):
			return path + " does not exist"
		case err != nil || !info.Mode().IsRegular():
		case age > 0 && time.Since(info.ModTime()) >= 0 && time.Since(info.ModTime()) < age:
			return path + " was modified less than " + age.String() + " ago"
		}
	}
	return ""
}
