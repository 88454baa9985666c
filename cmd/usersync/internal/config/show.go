package config

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Shown is a setting to print: masked, and with its source.
type Shown struct {
	Key, Text, Source string

	section    string
	identifies Identity
}

func newShown(s *Setting, o origin, ignored bool) Shown {
	v := Shown{Key: s.Key, Text: "-", Source: o.name, section: s.section, identifies: s.Identifies}
	if len(o.texts) > 0 {
		v.Text = strings.Join(o.texts, ", ")
	}
	switch {
	case len(o.texts) == 0:
		v.Source = "not set"
	case ignored:
		v.Source += ", not used with the sandbox"
	}
	if len(o.texts) > 0 && !isIndirect(o.texts[0]) {
		v.Text = masked(s, v.Text)
	}
	return v
}

// masked is for literal values. env:NAME and file:PATH are shown unchanged, but never
// the value they name.
func masked(s *Setting, text string) string {
	switch s.Kind {
	case Secret:
		return "***"
	case URL, Database:
		return maskedURL(text)
	}
	return text
}

// Shown returns every value and where it came from, in the order of the manual.
func (c *Config) Shown() []Shown {
	values := slices.Clone(c.shown)
	slices.SortStableFunc(values, func(a, b Shown) int { return c.schema.position(a.Key) - c.schema.position(b.Key) })
	return values
}

func (s schema) position(key string) int {
	return slices.IndexFunc(s.settings, func(s Setting) bool { return s.Key == key })
}

// Show writes every value and where it came from.
func Show(w io.Writer, values []Shown) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, v := range values {
		fmt.Fprintf(t, "%s\t%s\t%s\n", v.Key, v.Text, v.Source)
	}
	return t.Flush()
}

// MarshalJSON writes the parts by name.
func (v Shown) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"key": v.Key, "value": v.Text, "from": v.Source})
}
