package setting

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/setting/internal/document"
	"usersync/reader/mapping"
)

func (f *File) value(k, v *yaml.Node, s *Setting) error { return f.valueAs(s.Key, k, v, s) }

// valueAs stores the value of a setting under another key than its own.
func (f *File) valueAs(key string, k, v *yaml.Node, s *Setting) error {
	if before, ok := f.values[key]; ok { // once as a.b, and once as b below a
		return f.Twice(key, before.line, k.Line)
	}
	if s.Flow && v.Kind == yaml.MappingNode {
		text, err := document.OneLine(v)
		if err != nil {
			return f.Fault(v.Line, fmt.Sprintf("key %s cannot be read", key), "write it as {key: value}")
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
			return f.Fault(item.Line, fmt.Sprintf("key %s must have one value%s", key, orSeveral(s)), "remove the line to keep the default")
		}
		got.texts = append(got.texts, item.Value)
	}
	f.values[key] = got
	return nil
}

func orSeveral(s *Setting) string {
	if s.several() {
		return ", or a list of them"
	}
	return ""
}

// ReadFields reads the mapping of an API, or the one for all APIs.
func (f *File) ReadFields(section string, to *mapping.Fields) error {
	fields := f.fields[section]
	if fields == nil {
		fields = f.fields[""]
	}
	if fields == nil {
		return nil
	}
	err := fields.Decode(to)
	if wrong, ok := errors.AsType[*mapping.Error](err); ok {
		return f.Fault(max(wrong.Line, fields.Line), wrong.Rule, wrong.Hint)
	}
	if err != nil {
		return f.Fault(fields.Line, "fields cannot be read", "write field: COLUMN, one per line")
	}
	return nil
}

// variables are the names of the environment variables that values are read from.
func (f *File) variables() []string {
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
	for i := range f.schema.Sections {
		if s := &f.schema.Sections[i]; f.trees[s.Name] != nil {
			names = append(names, s.Tree.Variables(f.trees[s.Name])...)
		}
	}
	return names
}
