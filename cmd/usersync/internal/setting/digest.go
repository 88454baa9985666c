package setting

import (
	"cmp"
	"fmt"
	"strings"

	"usersync/cmd/usersync/internal/setting/internal/reference"
)

// Text is all values, a line each, for a digest. It contains no secret.
func (f *Found) Text() string { return f.lines(func(v *Shown) bool { return !v.unsaid }) }

// Identifying is Text for the settings of all APIs that identify at least that much, and
// those of the section.
func (f *Found) Identifying(section string, least Identity) string {
	return f.lines(func(v *Shown) bool {
		own := v.section == "" && v.identifies >= least || v.section != "" && v.section == section
		return own && !v.unsaid && v.identifies != ScopeIdentity
	})
}

func (f *Found) lines(counted func(*Shown) bool) string {
	var b strings.Builder
	for i := range f.shown {
		if v := &f.shown[i]; counted(v) {
			fmt.Fprintf(&b, "%s=%s\n", v.Key, cmp.Or(v.earlier, v.Text))
		}
	}
	return b.String()
}

// IdentifyingEarlier is what Identifying was in versions whose scopes held no base URL. They
// counted all of a section's own settings, the address of the API among them. others
// replaces values, by key.
func (f *Found) IdentifyingEarlier(section string, least Identity, others map[string]string) string {
	var b strings.Builder
	for i := range f.shown {
		v := &f.shown[i]
		counted := !v.added && v.identifies >= least && v.identifies != ScopeIdentity
		if v.section == "" && !counted || v.section != "" && v.section != section {
			continue
		}
		text := cmp.Or(v.earlier, v.Text)
		if other, ok := others[v.Key]; ok && v.section == "" {
			text = other
		}
		fmt.Fprintf(&b, "%s=%s\n", v.Key, text)
	}
	return b.String()
}

// LiteralAddress is the address of the API as the section in the config file says it; empty
// if it stands elsewhere, or is read from a variable or a file: then no digest tells
// what it was.
func (f *Found) LiteralAddress(section string) string {
	for i := range f.shown {
		if v := &f.shown[i]; v.section == section && v.identifies == ScopeIdentity && v.Text != "-" && !reference.Is(v.Text) {
			return v.Text
		}
	}
	return ""
}
