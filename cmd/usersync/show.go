package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// shownValue is a setting as a person may see it: masked, with its origin.
type shownValue struct{ key, text, place string }

func shownAs(s *setting, o origin, idle bool) shownValue {
	v := shownValue{key: s.key, text: "-", place: o.place}
	if len(o.texts) > 0 {
		v.text = strings.Join(o.texts, ", ")
	}
	switch {
	case len(o.texts) == 0:
		v.place = "not set"
	case idle:
		v.place += ", not used with the sandbox"
	}
	if len(o.texts) > 0 && !isIndirect(o.texts[0]) {
		v.text = masked(s, v.text)
	}
	return v
}

// masked is for what is written in place; env:NAME and file:PATH are shown as
// they stand, and never what they name.
func masked(s *setting, text string) string {
	switch s.kind {
	case secret:
		return "***"
	case link, database:
		return shownLink(text)
	}
	return text
}

// show writes every value and where it came from, in the order of the manual.
func show(w io.Writer, values []shownValue) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, v := range inOrder(values) {
		fmt.Fprintf(t, "%s\t%s\t%s\n", v.key, v.text, v.place)
	}
	return t.Flush()
}

func inOrder(values []shownValue) []shownValue {
	order := settings()
	slices.SortStableFunc(values, func(a, b shownValue) int {
		return place(order, a.key) - place(order, b.key)
	})
	return values
}

// MarshalJSON writes the parts by name.
func (v shownValue) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"key": v.key, "value": v.text, "from": v.place})
}

func place(order []setting, key string) int {
	return slices.IndexFunc(order, func(s setting) bool { return s.key == key })
}
