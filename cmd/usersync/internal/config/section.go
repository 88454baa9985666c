package config

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Section is the part of a config that is about one API. The package that knows
// the API makes it, anew for each config: its settings are bound to one struct.
type Section struct {
	Name string // as it stands in to: and over the section
	// Settings are those that only this API has. Their keys lack the name. Each of
	// them identifies a feed.
	Settings []Setting
	// Tree is what the section holds beside single values; nil if it is nothing.
	Tree Tree
	// Value is whatever the maker wants to find again in a Config.
	Value any
}

// Tree is a part of a section that is not made of single values.
type Tree interface {
	// Knows reports whether key, right under the section, belongs to the tree.
	Knows(key string) bool
	// Variables are the names of the environment variables that n is read from.
	Variables(n *yaml.Node) []string
	// Read takes the tree. A nil expand leaves env:NAME and file:PATH alone: a
	// rehearsal reads no credentials. It returns a text to be shown, which tells
	// one tree from another and holds nothing that is read from elsewhere. What is
	// wrong in the tree is a *TreeError.
	Read(n *yaml.Node, expand func(string) (string, error)) (shown string, err error)
}

// TreeError is something wrong at a line of a tree.
type TreeError struct {
	Line       int
	Rule, Hint string
}

// Error is the rule alone: whoever reads the file adds the place.
func (e *TreeError) Error() string { return e.Rule }

// Section returns the section of an API.
func (c *Config) Section(name string) (Section, bool) {
	for _, s := range c.schema.sections {
		if s.Name == name {
			return s, true
		}
	}
	return Section{}, false
}

// named are the settings under their whole keys.
func (s *Section) named() []Setting {
	named := slices.Clone(s.Settings)
	for i := range named {
		named[i].section, named[i].Key = s.Name, s.Name+"."+named[i].Key
		named[i].Identifies = FeedIdentity
	}
	return named
}

func namesOf(sections []Section) []string {
	var names []string
	for _, s := range sections {
		names = append(names, s.Name)
	}
	return names
}

// splitTree takes apart what stands under the name of a section that has a tree:
// the single values are settings like others, and so is what any API's section may
// say; all else is the tree.
func (f *file) splitTree(s *Section, v *yaml.Node) (values *yaml.Node) {
	if v.Kind != yaml.MappingNode {
		return v
	}
	tree, flat := *v, *v
	tree.Content, flat.Content = nil, nil
	for i := 0; i+1 < len(v.Content); i += 2 {
		pair, key := v.Content[i:i+2], v.Content[i].Value
		switch {
		case f.schema.has(s.Name + "." + key):
			flat.Content = append(flat.Content, pair...)
		case s.Tree.Knows(key) || !f.schema.hasPerAPI(key):
			tree.Content = append(tree.Content, pair...)
		default:
			flat.Content = append(flat.Content, pair...)
		}
	}
	f.trees[s.Name] = &tree
	return &flat
}

func (s schema) has(key string) bool {
	return slices.ContainsFunc(s.settings, func(s Setting) bool { return s.Key == key })
}

func (s schema) hasPerAPI(key string) bool {
	for i := range s.settings {
		if own := &s.settings[i]; own.perAPI() && (own.Key == key || strings.HasPrefix(own.Key, key+".")) {
			return true
		}
	}
	return key == "fields"
}

// tree is the section of that name, if it has a tree.
func (s schema) tree(name string) *Section {
	for i := range s.sections {
		if s.sections[i].Name == name && s.sections[i].Tree != nil {
			return &s.sections[i]
		}
	}
	return nil
}

// readTree reads the tree of the API's section. A rehearsal reads no credentials.
func (src sources) readTree(c *Config) error {
	s := c.schema.tree(src.section)
	if s == nil || src.file == nil || src.file.trees[s.Name] == nil {
		return nil
	}
	node := src.file.trees[s.Name]
	var expanded func(string) (string, error)
	if !c.Target.Sandbox {
		expanded = func(text string) (string, error) {
			if file, ok := strings.CutPrefix(text, "file:"); ok {
				c.ValueFiles = append(c.ValueFiles, relativeTo(c.dir, file))
			}
			return expand(text, c.dir, src.environment.Lookup)
		}
	}
	text, err := s.Tree.Read(node, expanded)
	if wrong, ok := errors.AsType[*TreeError](err); ok {
		return src.file.fault(max(wrong.Line, node.Line), wrong.Rule, wrong.Hint)
	}
	c.shown = append(c.shown, Shown{Key: s.Name + ".calls", Text: text, Source: src.file.path, section: s.Name})
	return err
}
