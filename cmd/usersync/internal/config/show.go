package config

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Shown is a setting as a person may see it: masked, with its origin.
type Shown struct {
	Key, Text, Place string

	section    string
	identifies Identity
}

func shownAs(s *Setting, o origin, idle bool) Shown {
	v := Shown{Key: s.Key, Text: "-", Place: o.place, section: s.section, identifies: s.Identifies}
	if len(o.texts) > 0 {
		v.Text = strings.Join(o.texts, ", ")
	}
	switch {
	case len(o.texts) == 0:
		v.Place = "not set"
	case idle:
		v.Place += ", not used with the sandbox"
	}
	if len(o.texts) > 0 && !isIndirect(o.texts[0]) {
		v.Text = masked(s, v.Text)
	}
	return v
}

// masked is for what is written in place; env:NAME and file:PATH are shown as
// they stand, and never what they name.
func masked(s *Setting, text string) string {
	switch s.Kind {
	case Secret:
		return "***"
	case URL, Database:
		return shownLink(text)
	}
	return text
}

// Shown returns every value and where it came from, in the order of the manual.
func (c *Config) Shown() []Shown {
	values := slices.Clone(c.shown)
	slices.SortStableFunc(values, func(a, b Shown) int { return c.schema.place(a.Key) - c.schema.place(b.Key) })
	return values
}

func (s schema) place(key string) int {
	return slices.IndexFunc(s.settings, func(s Setting) bool { return s.Key == key })
}

// Show writes every value and where it came from.
func Show(w io.Writer, values []Shown) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, v := range values {
		fmt.Fprintf(t, "%s\t%s\t%s\n", v.Key, v.Text, v.Place)
	}
	return t.Flush()
}

// MarshalJSON writes the parts by name.
func (v Shown) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"key": v.Key, "value": v.Text, "from": v.Place})
}
