package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/reader/place"
)

// sources are where the values of a config come from, and the APIs that may have some.
type sources struct {
	setting.Sources
	apis func() []setting.Section // returns new ones each time
}

// resolve checks every setting and returns the config. With an error, which reports
// everything that is wrong, the config is for showing only.
func (src sources) resolve() (*Config, error) {
	c := &Config{sources: src, Places: src.Environment.Places}
	if c.Places == nil {
		c.Places = &place.Opener{}
	}
	src.Environment.Places = c.Places
	c.schema = declare(c, src.apis())
	if src.File != nil {
		c.File = src.File.Path
	}
	all := slices.Clone(c.schema.Settings)
	// Settings that others depend on come first.
	slices.SortStableFunc(all, func(a, b setting.Setting) int { return rank(a) - rank(b) })
	var wrong []error
	for i := range all {
		if src.Sandbox = c.Target.Sandbox; rank(all[i]) > 0 && len(c.Target.All) == 1 {
			c.Target.To, src.Section = c.Target.All[0], c.Target.All[0]
		}
		wrong = append(wrong, src.Find(&all[i], &c.found))
	}
	if src.File != nil {
		if err := src.File.ReadFields(src.Section, &c.Input.Fields); err != nil {
			return nil, err
		}
	}
	wrong = append(wrong, src.readTree(c))
	c.Places.Use(c.Input.Access)
	return c, errors.Join(wrong...)
}

// ReadsCredentials reports whether the credentials of the API were read, because it may be called.
func (c *Config) ReadsCredentials() bool {
	src := c.sources.Sources
	src.Sandbox = c.Target.Sandbox
	return src.ReadsCredentials()
}

func rank(s setting.Setting) int {
	if s.First {
		return 0
	}
	return 1
}

func (src sources) readTree(c *Config) error {
	s, line, err := src.ReadTree(c.schema, &c.found)
	if s == nil || err != nil {
		return err
	}
	return src.checkDelete(c, s, line)
}

// Each returns a config for each named API. With an error, which reports everything
// that is wrong, it returns the valid ones.
func (c *Config) Each() ([]*Config, error) {
	var all []*Config
	var wrong []error
	for i, api := range c.Target.All {
		if slices.Contains(c.Target.All[:i], api) {
			return nil, exit.Usage(fmt.Errorf("find the destinations: %s is named twice", api), "name it once", "")
		}
		own, err := forAPI(c, api)
		if wrong = append(wrong, err); err == nil {
			all = append(all, own)
		}
	}
	return all, errors.Join(wrong...)
}

// forAPI is the config for one of the named APIs.
func forAPI(c *Config, api string) (*Config, error) {
	src := c.sources
	if src.Flags = maps.Clone(src.Flags); src.Flags == nil {
		src.Flags = map[string][]string{}
	}
	src.Flags[targetFlag] = []string{api}
	own, err := src.resolve()
	if own != nil {
		own.Invocation = c.Invocation.SentTo(api)
	}
	return own, err
}

// Offline is a config for asking a client what its API accepts, without any call: the
// sandbox, and otherwise defaults.
func Offline(api string, apis func() []setting.Section) (*Config, error) {
	src := sources{apis: apis}
	src.Environment.Lookup = func(string) (string, bool) { return "", false }
	src.Flags = map[string][]string{targetFlag: {api}, sandboxFlag: {"true"}}
	c, err := src.resolve()
	if c != nil {
		c.Target.Offline = true
	}
	return c, err
}

// Section returns the section of an API.
func (c *Config) Section(name string) (setting.Section, bool) { return c.schema.Section(name) }

// Shown returns every value and where it came from, in the order of the manual.
func (c *Config) Shown() []setting.Shown { return c.found.Shown(c.schema) }

// Relevant returns the settings that are set, those that say where users go, and those
// of the destination. The rest have their default, no value, or no effect.
func (c *Config) Relevant() []setting.Shown { return c.found.Relevant(c.schema, c.Target.To) }

// Given reports whether the setting was set, and does not just have its default.
func (c *Config) Given(key string) bool { return c.found.Given(key) }
