package config

import "errors"

// Layout is how a file is read, by the settings of AddLayoutFlags.
type Layout struct {
	Input Input
	Set   []LayoutValue // without those that have their default
}

// LayoutValue is the value of a setting that says how a file is read.
type LayoutValue struct{ Key, Flag, Text string }

// Layout returns how a file is read, by the flags, the environment and the defaults. It
// reads no config file. What is wrong is an *exit.Error for each value.
func (f *Flags) Layout(e Environment) (Layout, error) {
	src := sources{flags: givenIn(f.cmd.Flags()), environment: e, apis: f.apis}
	c := &Config{sources: src}
	c.schema = declare(c, f.apis())
	var wrong []error
	for i := range c.schema.settings {
		if s := &c.schema.settings[i]; s.Commands&ForInit != 0 {
			wrong = append(wrong, src.resolveSetting(c, s))
		}
	}
	return Layout{Input: c.Input, Set: c.schema.layout()}, errors.Join(wrong...)
}

func (s schema) layout() []LayoutValue {
	var set []LayoutValue
	for i := range s.settings {
		own := &s.settings[i]
		if own.Commands&ForInit == 0 {
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
