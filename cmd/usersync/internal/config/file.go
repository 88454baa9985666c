package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/mapping"
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
	err = f.section(document.Content[0], "")
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

// section reads one mapping; prefix ends in a dot, or is empty. It reads on after
// an error and returns the first.
func (f *file) section(n *yaml.Node, prefix string) error {
	if n.Kind != yaml.MappingNode {
		return f.fault(n.Line, where(prefix)+" must hold keys and values", "write key: value")
	}
	seen := map[string]bool{}
	var first error
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		var err error
		if seen[k.Value] {
			err = f.fault(k.Line, fmt.Sprintf("duplicate key %s", prefix+k.Value), "keep one of them")
		} else {
			err = f.entry(k, n.Content[i+1], prefix+k.Value)
		}
		seen[k.Value] = true
		first = cmp.Or(first, err)
	}
	return first
}

func where(prefix string) string {
	if prefix == "" {
		return "the config"
	}
	return strings.TrimSuffix(prefix, ".")
}

func (f *file) entry(k, v *yaml.Node, key string) error {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	if s := f.schema.tree(key); s != nil {
		return f.section(f.splitTree(s, v), key+".")
	}
	all := f.schema.settings
	section, rest := f.schema.sectionOf(key)
	if rest == "fields" {
		f.fields[section] = v
		return nil
	}
	for i := range all {
		if all[i].Key == key {
			return f.value(k, v, &all[i])
		}
		if strings.HasPrefix(all[i].Key, key+".") {
			return f.section(v, key+".")
		}
	}
	for i := range all {
		if section != "" && all[i].perAPI() {
			switch {
			case all[i].Key == rest:
				return f.valueAs(key, k, v, &all[i])
			case strings.HasPrefix(all[i].Key, rest+"."):
				return f.section(v, key+".")
			}
		}
	}
	return f.fault(k.Line, fmt.Sprintf("unknown key %s", key), exit.DidYouMean(key, f.schema.siblings(key)))
}

// sectionOf splits the name of an API off a key. The name is empty if the key does
// not start with one.
func (s schema) sectionOf(key string) (section, rest string) {
	if name, rest, found := strings.Cut(key, "."); found && slices.Contains(namesOf(s.sections), name) {
		return name, rest
	}
	return "", key
}

// siblings are the keys that may replace key at its depth; those of the same section
// only, if none is similar.
func (s schema) siblings(key string) []string {
	names := []string{"fields"}
	depth := strings.Count(key, ".") + 1
	for _, own := range s.settings {
		parts := strings.Split(own.Key, ".")
		names = append(names, strings.Join(parts[:min(depth, len(parts))], "."))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if _, near := mapping.Nearest(key, names); near {
		return names
	}
	if general := s.nearestGeneral(key); len(general) > 0 {
		return general
	}
	return slices.DeleteFunc(names, func(n string) bool { return parentOf(n) != parentOf(key) })
}

// nearestGeneral is the setting of all APIs with a similar name, as a key of the
// section; none if no name is similar.
func (s schema) nearestGeneral(key string) []string {
	section, rest := s.sectionOf(key)
	names := []string{"fields"}
	for i := range s.settings {
		if s.settings[i].perAPI() {
			names = append(names, s.settings[i].Key)
		}
	}
	if near, ok := mapping.Nearest(rest, names); ok && section != "" {
		return []string{section + "." + near}
	}
	return nil
}

func parentOf(key string) string {
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		return key[:i]
	}
	return ""
}

func (f *file) value(k, v *yaml.Node, s *Setting) error { return f.valueAs(s.Key, k, v, s) }

// valueAs stores the value of a setting under another key than its own.
func (f *file) valueAs(key string, k, v *yaml.Node, s *Setting) error {
	if s.Flow && v.Kind == yaml.MappingNode {
		text, err := oneLine(v)
		if err != nil {
			return f.fault(v.Line, fmt.Sprintf("key %s cannot be read", key), "write it as {key: value}")
		}
		f.values[key] = fileValue{texts: []string{text}, line: k.Line}
		return nil
	}
	items := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode && s.several() {
		items = v.Content
	}
	got := fileValue{line: k.Line}
	for _, item := range items {
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" && v.Kind != yaml.SequenceNode || item.Value == "" {
			return f.fault(item.Line, fmt.Sprintf("key %s must have one value%s", key, orSeveral(s)), "remove the line to keep the default")
		}
		got.texts = append(got.texts, item.Value)
	}
	f.values[key] = got
	return nil
}

// oneLine writes a mapping on one line, without comments.
func oneLine(n *yaml.Node) (string, error) {
	text, err := yaml.Marshal(flow(n))
	return strings.TrimSpace(string(text)), err
}

func flow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return flow(n.Alias)
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style&^(yaml.LiteralStyle|yaml.FoldedStyle) | yaml.FlowStyle}
	for _, child := range n.Content {
		out.Content = append(out.Content, flow(child))
	}
	return out
}

func orSeveral(s *Setting) string {
	if s.several() {
		return ", or a list of them"
	}
	return ""
}

// readFields reads the mapping of an API, or the one for all APIs.
func (f *file) readFields(section string, to *mapping.Fields) error {
	fields := f.fields[section]
	if fields == nil {
		fields = f.fields[""]
	}
	if fields == nil {
		return nil
	}
	err := fields.Decode(to)
	if wrong, ok := errors.AsType[*mapping.Error](err); ok {
		return f.fault(max(wrong.Line, fields.Line), wrong.Rule, wrong.Hint)
	}
	if err != nil {
		return f.fault(fields.Line, "fields cannot be read", "write field: COLUMN, one per line")
	}
	return nil
}

// variables are the names of the environment variables that values are read from.
func (f *file) variables() []string {
	var names []string
	if f == nil {
		return nil
	}
	for _, v := range f.values {
		for _, text := range v.texts {
			if name, ok := strings.CutPrefix(text, "env:"); ok {
				names = append(names, name)
			}
		}
	}
	for i := range f.schema.sections {
		if s := &f.schema.sections[i]; f.trees[s.Name] != nil {
			names = append(names, s.Tree.Variables(f.trees[s.Name])...)
		}
	}
	return names
}

func (f *file) dir() string { return filepath.Dir(f.path) }
