package config

import (
	"errors"
	"usersync/cmd/usersync/internal/setting"
)

// Layout is how a file is read, by the settings of AddLayoutFlags.
type Layout struct {
	Input Input
	Set   []LayoutValue // without those that have their default
}

// LayoutValue is the value of a setting that says how a file is read.
type LayoutValue struct{ Key, Flag, Text string }

// Layout returns how a file is read, by the flags, the environment and the defaults. It
// reads no config file. What is wrong is an *exit.Error for each value.
func (f *Flags) Layout(e setting.Environment) (Layout, error) {
	src := setting.Sources{Flags: setting.Given(f.cmd.Flags()), Environment: e}
	c := &Config{}
	c.schema = declare(c, f.apis())
	var wrong []error
	for i := range c.schema.Settings {
		if s := &c.schema.Settings[i]; s.Commands&setting.ForInit != 0 {
			wrong = append(wrong, src.Find(s, &c.found))
		}
	}
	return Layout{Input: c.Input, Set: layoutOf(c.schema)}, errors.Join(wrong...)
}

func layoutOf(s setting.Schema) []LayoutValue {
	var set []LayoutValue
	for i := range s.Settings {
		own := &s.Settings[i]
		if own.Commands&setting.ForInit == 0 {
			continue
		}
		if text := own.Text(); text != "" && text != own.Default {
			set = append(set, LayoutValue{Key: own.Key, Flag: own.Flag, Text: text})
		}
	}
	return set
}

// parseRecords parses a JSON pointer to an array.
func parseRecords(text string) (string, error) {
	if len(text) < 2 || text[0] != '/' {
		return "", errors.New("must be a slash and the key of an array, such as /users or /data/items")
	}
	return text, nil
}
