package setting

import (
	"slices"
	"strings"
)

// Schema holds all settings, bound to the variables for their values. A caller that only reads
// their descriptions loses the values that are set through it.
type Schema struct {
	Settings []Setting // in the order of the manual
	Sections []Section
}

// Join puts the settings of the sections between those that come first in the manual and
// all others.
func Join(first []Setting, sections []Section, others ...[]Setting) Schema {
	s := Schema{Sections: sections, Settings: first}
	for i := range sections {
		s.Settings = append(s.Settings, sections[i].named()...)
	}
	s.Settings = append(s.Settings, slices.Concat(others...)...)
	return s
}

// Find finds the setting whose key ends in word, ignoring case and - or _.
func (s Schema) Find(word string) (Setting, bool) {
	for _, own := range s.Settings {
		parts := strings.Split(own.Key, ".")
		if folded(parts[len(parts)-1]) == folded(word) {
			return own, true
		}
	}
	return Setting{}, false
}

func folded(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }

// Section returns the section of an API.
func (s Schema) Section(name string) (Section, bool) {
	for _, own := range s.Sections {
		if own.Name == name {
			return own, true
		}
	}
	return Section{}, false
}

func (s Schema) has(key string) bool {
	return slices.ContainsFunc(s.Settings, func(s Setting) bool { return s.Key == key })
}

func (s Schema) hasPerAPI(key string) bool {
	for i := range s.Settings {
		if own := &s.Settings[i]; own.perAPI() && (own.Key == key || strings.HasPrefix(own.Key, key+".")) {
			return true
		}
	}
	return key == "fields"
}

// tree returns the section of that name, if it has a tree.
func (s Schema) tree(name string) *Section {
	for i := range s.Sections {
		if s.Sections[i].Name == name && s.Sections[i].Tree != nil {
			return &s.Sections[i]
		}
	}
	return nil
}

func (s Schema) position(key string) int {
	return slices.IndexFunc(s.Settings, func(s Setting) bool { return s.Key == key })
}
