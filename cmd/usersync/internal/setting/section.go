package setting

import (
	"cmp"
	"errors"
	"slices"

	"go.yaml.in/yaml/v3"

	"usersync/sync/user"
)

// Section is the part of a config about one API. The package that knows the API
// makes a new one for each config, because its settings are bound to one struct.
type Section struct {
	Name string // the key of the section, and the value of to:
	// Settings are the settings of this API only. Their keys do not include Name. Each
	// of them identifies a feed.
	Settings []Setting
	// Tree holds the parts of the section that are not single values; nil without any.
	Tree Tree
	// Value lets the maker find its own data again in a Config.
	Value any
}

// Tree is a part of a section that is not made of single values.
type Tree interface {
	// Knows reports whether key, directly under the section, belongs to the tree.
	Knows(key string) bool
	// Keys are the keys directly under the section that belong to the tree, sorted.
	Keys() []string
	// Variables are the names of the environment variables that n refers to.
	Variables(n *yaml.Node) []string
	// Read reads the tree. With a nil expand it does not read env:NAME and file:PATH:
	// the sandbox needs no credentials. It returns a text to show, which identifies
	// the tree and contains no value from elsewhere. An error in the tree is a
	// *TreeError.
	Read(n *yaml.Node, expand func(string) (string, error)) (shown string, err error)
	// Lacks reports, once it is read, whether the tree describes no call for op.
	Lacks(op user.Op) bool
}

// TreeError is an error at a line of a tree.
type TreeError struct {
	Line       int
	Rule, Hint string
}

// Error returns the rule only; the reader of the file adds the place.
func (e *TreeError) Error() string { return e.Rule }

// named are the settings with their full keys.
func (s *Section) named() []Setting {
	named := slices.Clone(s.Settings)
	for i := range named {
		named[i].section, named[i].Key = s.Name, s.Name+"."+named[i].Key
		named[i].Identifies = cmp.Or(named[i].Identifies, FeedIdentity)
		named[i].Group = GroupDestination
	}
	return named
}

// Names are the names of the sections.
func Names(sections []Section) []string {
	var names []string
	for _, s := range sections {
		names = append(names, s.Name)
	}
	return names
}

// splitTree splits a section with a tree: single values are settings, and so are the
// settings that the section of any API may have; everything else is the tree.
func (f *File) splitTree(s *Section, v *yaml.Node) (values *yaml.Node) {
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

// ReadTree reads the tree of the chosen API's section, and returns that section and the
// tree's line in the config file; nil if there is none. Where the API is not
// called, or is the sandbox, it reads no credentials. An error is an *exit.Error.
func (src Sources) ReadTree(schema Schema, found *Found) (s *Section, line int, err error) {
	s = schema.tree(src.Section)
	if s == nil || src.File == nil || src.File.trees[s.Name] == nil {
		return nil, 0, nil
	}
	node := src.File.trees[s.Name]
	var expanded func(string) (string, error)
	if src.ReadsCredentials() {
		expanded = func(text string) (string, error) { return src.expand(text, found) }
	}
	text, err := s.Tree.Read(node, expanded)
	if wrong, ok := errors.AsType[*TreeError](err); ok {
		return s, node.Line, src.File.Fault(max(wrong.Line, node.Line), wrong.Rule, wrong.Hint)
	}
	found.shown = append(found.shown, Shown{Key: s.Name + ".calls", Text: text, Source: src.File.Path, section: s.Name, set: true})
	return s, node.Line, err
}
