package setting

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/mapping"
)

// section reads one mapping; prefix ends in a dot, or is empty. It reads on after
// an error and returns the first.
func (f *File) section(n *yaml.Node, prefix string) error {
	if n.Kind != yaml.MappingNode {
		return f.Fault(n.Line, where(prefix)+" must hold keys and values", "write key: value")
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

func (f *File) entry(k, v *yaml.Node, key string) error {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	if s := f.schema.tree(key); s != nil {
		return f.section(f.splitTree(s, v), key+".")
	}
	all := f.schema.Settings
	section, rest := f.schema.sectionOf(key)
	if rest == "fields" {
		if before := f.fields[section]; before != nil {
			return f.Twice(key, before.Line, k.Line)
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
	return f.Fault(k.Line, fmt.Sprintf("unknown key %s", key), exit.DidYouMean(key, f.schema.siblings(key)))
}

// sectionOf splits the name of an API off a key. The name is empty if the key does
// not start with one.
func (s Schema) sectionOf(key string) (section, rest string) {
	if name, rest, found := strings.Cut(key, "."); found && slices.Contains(Names(s.Sections), name) {
		return name, rest
	}
	return "", key
}

// siblings are the keys that may replace key at its depth; those of the same section
// only, if none is similar.
func (s Schema) siblings(key string) []string {
	names := []string{"fields"}
	depth := strings.Count(key, ".") + 1
	for _, own := range s.Settings {
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
func (s Schema) nearestGeneral(key string) []string {
	section, rest := s.sectionOf(key)
	names := []string{"fields"}
	for i := range s.Settings {
		if s.Settings[i].perAPI() {
			names = append(names, s.Settings[i].Key)
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
