package config

import (
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/place"
)

// AtPlace gives an error of what is at a URL its exit code, hint and next command: it may help to try
// again. It returns nil if the file is missing, and for other errors.
func (c *Config) AtPlace(err error) *exit.Error {
	at, ok := errors.AsType[*place.Error](err)
	if !ok || at.Kind == place.Missing {
		return nil
	}
	e := &exit.Error{Err: err, Code: exit.Misuse, Hint: at.Hint, Next: c.Invocation.Again(c.Invocation.Files...)}
	switch at.Kind {
	case place.Lost:
		e.Code = exit.Temporary
	case place.Misused:
		e.Next = "usersync help settings"
	}
	return e
}

// CheckPublish refuses, before anything is sent, a place that no file could be uploaded to.
func (c *Config) CheckPublish() error {
	url := c.Output.Publish
	if url == "" {
		return nil
	}
	err := c.Places.Check(url)
	if e, ok := errors.AsType[*place.Error](err); ok {
		return exit.Usage(fmt.Errorf("read settings: publish: %s %w", url, err), e.Hint, "usersync help settings")
	}
	return err
}
