package setting

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	"usersync/cmd/usersync/internal/setting/internal/reference"
	"usersync/reader/place"
	"usersync/sync/user"
)

// Shown is a setting to print: masked, and with its source.
type Shown struct {
	Key, Text, Source string
	// Harmless says that the text names no person, company, file or address: it is a switch,
	// a quantity, a word of usersync, or the default.
	Harmless bool

	section    string
	identifies Identity
	set        bool   // not only by default
	always     bool   // says where users go, and how
	ignored    bool   // does not apply to the sandbox, which is used
	added      bool   // since digests are kept
	unsaid     bool   // added, and not set: no digest knows it
	earlier    string // what digests say for the text; empty if the same
}

func newShown(s *Setting, o origin, ignored bool) Shown {
	v := Shown{Key: s.Key, Text: "-", Source: o.name, section: s.section, identifies: s.Identifies, ignored: ignored, added: s.Added,
		set: len(o.texts) > 0 && o.name != defaultOrigin, always: s.section == "" && s.Group == GroupDestination && s.Common}
	v.unsaid = s.Added && (len(o.texts) == 0 || len(o.texts) == 1 && o.texts[0] == s.Default)
	if len(o.texts) > 0 {
		v.Text = strings.Join(s.withoutQueries(o.texts), ", ")
	}
	switch {
	case len(o.texts) == 0:
		v.Source = "not set"
	case ignored:
		v.Source += ", not used with the sandbox"
	}
	v.Harmless = !slices.ContainsFunc(o.texts, func(text string) bool { return !s.isHarmless(text) })
	if len(o.texts) > 0 && !reference.Is(o.texts[0]) {
		v.Text = masked(s, v.Text)
	}
	if v.Text == s.Default {
		v.earlier = s.Earlier
	}
	return v
}

// withoutQueries returns texts as they may be shown: a query may be a signature, wherever it
// was set.
func (s *Setting) withoutQueries(texts []string) []string {
	if !s.mayBeURL() {
		return texts
	}
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = place.Shown(text)
	}
	return shown
}

// amount is a number, perhaps with a unit.
var amount = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{1,9}(\.\d{1,6})?(%|ms|s|m|h|d|/s|/m|/min|/h)?$`) })

// isHarmless is about a value of a setting of its own. A number in the section of an API may be
// that of an account.
func (s *Setting) isHarmless(text string) bool {
	switch {
	case s.Kind == Bool, text == s.Default, slices.Contains(s.Words, text):
		return true
	case s.Kind == String && s.section == "" && len(s.Words) == 0:
		return amount().MatchString(text)
	}
	return false
}

// masked is for literal values. env:NAME and file:PATH are shown unchanged, but never
// the value they name.
func masked(s *Setting, text string) string {
	switch s.Kind {
	case Secret:
		return user.Mask
	case URL, Database:
		return reference.MaskedURL(text)
	}
	return text
}

// MarshalJSON writes the parts by name.
func (v Shown) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"key": v.Key, "value": v.Text, "from": v.Source})
}
