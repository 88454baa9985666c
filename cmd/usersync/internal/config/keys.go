package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/mapping"
)

// repeated returns an error for the first key that a mapping holds twice, at any depth:
// otherwise one of the two would not count, and nothing would say which.
func (f *file) repeated(n *yaml.Node, prefix string) error {
	seen := map[string]int{}
	for i, child := range n.Content {
		key := prefix
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if child.Kind != yaml.ScalarNode {
				continue
			}
			if line, twice := seen[child.Value]; twice {
				return f.twice(prefix+child.Value, line, child.Line)
			}
			seen[child.Value] = child.Line
			continue
		}
		if n.Kind == yaml.MappingNode {
			key = prefix + n.Content[i-1].Value + "."
		}
		if err := f.repeated(child, key); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) twice(key string, first, line int) error {
	return f.fault(line, fmt.Sprintf("key %s is already on line %d", key, first), "keep one of them")
}

// section reads one mapping; prefix ends in a dot, or is empty. It reads on after
// an error and returns the first.
func (f *file) section(n *yaml.Node, prefix string) error {
	if n.Kind != yaml.MappingNode {
		return f.fault(n.Line, where(prefix)+" must hold keys and values", "write key: value")
	}
	var first error
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		first = cmp.Or(first, f.entry(k, n.Content[i+1], prefix+k.Value))
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
		if before := f.fields[section]; before != nil {
			return f.twice(key, before.Line, k.Line)
		}
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
