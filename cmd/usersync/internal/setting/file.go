package setting

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting/internal/document"
)

// DefaultFile is the config file to read if it exists and no other is named.
const DefaultFile = "usersync.yaml"

// FileFlag is the flag that names the config file.
const FileFlag = "config"

const fileVariable = envPrefix + "CONFIG"

// FileNamed is the config file that flags or environment name; empty without one.
func FileNamed(flags *pflag.FlagSet, e Environment) string {
	path, err := flags.GetString(FileFlag)
	if err != nil || path == "" {
		path, _ = e.Lookup(fileVariable)
	}
	return path
}

// File holds the keys of a config file, with the line of each.
type File struct {
	document.Document
	values map[string]fileValue
	fields map[string]*yaml.Node // by section; the key "" is for all APIs
	trees  map[string]*yaml.Node // by section, of those that hold more than single values
	schema Schema                // what the file may contain; nothing is assigned through it
}

type fileValue struct {
	texts []string
	line  int
}

// ReadFile reads path. With an empty path it reads DefaultFile, or returns nil if that
// does not exist. With an error it may return the valid part of the file.
func ReadFile(path string, schema Schema) (*File, error) {
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
	return Parse(path, text, schema)
}

// Parse is ReadFile for a text that was read from path.
func Parse(path string, text []byte, schema Schema) (*File, error) {
	d, err := document.Parse(path, text)
	if d.Root == nil && err != nil {
		return nil, err
	}
	f := &File{Document: d, values: map[string]fileValue{}, fields: map[string]*yaml.Node{}, trees: map[string]*yaml.Node{}, schema: schema}
	if d.Root == nil {
		return f, nil
	}
	return f, cmp.Or(err, f.section(d.Root, ""))
}
