package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/config/internal/document"
	"usersync/cmd/usersync/internal/exit"
)

// DefaultFile is the config file to read if it exists and no other is named.
const DefaultFile = "usersync.yaml"

// file holds the keys of a config file, with the line of each.
type file struct {
	document.Document
	values map[string]fileValue
	fields map[string]*yaml.Node // by section; the key "" is for all APIs
	trees  map[string]*yaml.Node // by section, of those that hold more than single values
	schema schema                // what the file may contain; nothing is assigned through it
}

type fileValue struct {
	texts []string
	line  int
}

// readFile reads path. With an empty path it reads DefaultFile, or returns nil if that
// does not exist. With an error it may return the valid part of the file.
func readFile(path string, schema schema) (*file, error) {
	asked := path != ""
	if !asked {
		path = DefaultFile
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && !asked {
		return nil, nil
	}
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("read config: %w", err), "check --config or USERSYNC_CONFIG; usersync init FILE writes a first config", "")
	}
	return parseFile(path, text, schema)
}

func parseFile(path string, text []byte, schema schema) (*file, error) {
	d, err := document.Parse(path, text)
	if d.Root == nil && err != nil {
		return nil, err
	}
	f := &file{Document: d, values: map[string]fileValue{}, fields: map[string]*yaml.Node{}, trees: map[string]*yaml.Node{}, schema: schema}
	if d.Root == nil {
		return f, nil
	}
	return f, cmp.Or(err, f.section(d.Root, ""))
}
