package input

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/place"
)

// lookAgain is how long to wait before looking again for a file, and for an object at a URL,
// where a look costs a call.
const (
	lookAgain    = time.Second
	lookAgainFar = 10 * time.Second
)

// Await waits for the files of an input, as the settings ask: until each is there and as old
// as min_age says, but not for long. Then opening the input tells what is still wrong with it.
// The error is that of a signal. waiting is called once, if there is anything to wait for.
func Await(ctx context.Context, c *config.Config, args []string, waiting func(why string)) error {
	if c.Proof.WaitForInput == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.Proof.WaitForInput)
	defer cancel()
	pause := lookAgain
	if slices.ContainsFunc(slices.Concat(args, c.Input.From), place.Is) {
		pause = lookAgainFar
	}
	for {
		why := missing(ctx, c, args)
		if why == "" {
			return nil
		}
		if waiting != nil {
			waiting(why)
			waiting = nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return exit.StoppedBy(ctx)
		}
	}
}

// missing says what is not there yet; empty if nothing is, or if waiting does not help.
func missing(ctx context.Context, c *config.Config, args []string) string {
	paths, err := Paths(ctx, c, args)
	if errors.Is(err, errNoMatch) {
		return err.Error()
	}
	for _, path := range append(paths, c.Proof.Named()...) {
		if path == "-" {
			continue
		}
		modified, err := modifiedAt(ctx, c, path)
		switch age := c.Proof.MinAge; {
		case errors.Is(err, fs.ErrNotExist):
			return path + " does not exist"
		case err != nil || modified.IsZero():
		case age > 0 && time.Since(modified) >= 0 && time.Since(modified) < age:
			return path + " was modified less than " + age.String() + " ago"
		}
	}
	return ""
}

// modifiedAt returns when a file or an object was modified; zero if that is not known.
func modifiedAt(ctx context.Context, c *config.Config, path string) (time.Time, error) {
	if place.Is(path) {
		v, err := c.Places.Stat(ctx, path)
		return v.Modified, err
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}
