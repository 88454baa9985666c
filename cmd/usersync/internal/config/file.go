package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/exit"
)

// DefaultFile is the config file to read if it exists and no other is named.
const DefaultFile = "usersync.yaml"

// file holds the keys of a config file, with the line of each.
type file struct {
	path   string
	values map[string]fileValue
	fields map[string]*yaml.Node // by section; the key "" is for all APIs
	trees  map[string]*yaml.Node // by section, of those that hold more than single values
	schema schema                // what the file may contain; nothing is assigned through it
}

type fileValue struct {
	texts []string
	line  int
}

// keyError is an error at a line of a config file.
type keyError struct {
	path string
	line int
	text string
}

func (e *keyError) Error() string {
	return fmt.Sprintf("read config %s:%d: %s", e.path, e.line, e.text)
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
	f := &file{path: path, values: map[string]fileValue{}, fields: map[string]*yaml.Node{}, trees: map[string]*yaml.Node{}, schema: schema}
	var document, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	err := d.Decode(&document)
	if errors.Is(err, io.EOF) {
		return f, nil
	}
	if err != nil {
		return nil, f.unreadable(err)
	}
	err = cmp.Or(f.repeated(document.Content[0], ""), f.section(document.Content[0], ""))
	if end := d.Decode(&more); !errors.Is(end, io.EOF) {
		err = f.fault(max(more.Line, 1), "there is more than one document", "remove the second one")
	}
	return f, err
}

// unreadable keeps only the line of a YAML error. The library's text may quote the
// file, which may hold secrets.
func (f *file) unreadable(err error) error {
	var line int
	if _, scan := fmt.Sscanf(err.Error(), "yaml: line %d:", &line); scan != nil {
		line = 1
	}
	return f.fault(line, "this is not valid YAML", "look for a missing colon, a tab, or an open quote near this line")
}

func (f *file) fault(line int, text, hint string) error {
	return exit.Usage(&keyError{f.path, line, text}, hint, "usersync help settings")
}

func (f *file) dir() string { return filepath.Dir(f.path) }
