package setting

import "slices"

// Found is what was found of the values, as it may be shown. The zero value is of none.
type Found struct {
	Files []string // that values were read from, written file:PATH
	shown []Shown
}

// Find finds the value of a setting, checks and stores it, and adds it to found. An error is
// an *exit.Error.
func (src Sources) Find(s *Setting, found *Found) error {
	o := src.of(s)
	ignored := src.needless(s)
	shown := newShown(s, o, ignored)
	text, err := "", refusePlainSecret(s, o)
	if err == nil && !ignored {
		text, err = src.assignAll(found, s, o)
	}
	if err != nil {
		shown.Source += ": " + err.Error()
		err = src.fault(s, o, text, err)
	}
	found.shown = append(found.shown, shown)
	return err
}

// assignAll returns the text that it refused, with the error.
func (src Sources) assignAll(found *Found, s *Setting, o origin) (string, error) {
	for _, text := range o.texts {
		if err := src.assign(found, s, o, text); err != nil {
			return text, err
		}
	}
	return "", nil
}

// Shown returns every value and where it came from, in the order of the manual.
func (f *Found) Shown(manual Schema) []Shown {
	values := slices.Clone(f.shown)
	slices.SortStableFunc(values, func(a, b Shown) int { return manual.position(a.Key) - manual.position(b.Key) })
	return values
}

// Relevant returns the settings that are set, those that say where users go, and those
// of the section. The rest have their default, no value, or no effect.
func (f *Found) Relevant(manual Schema, section string) []Shown {
	return slices.DeleteFunc(f.Shown(manual), func(v Shown) bool {
		ofSection := v.section != "" && v.section == section && !v.ignored
		return !v.set && !v.always && !ofSection
	})
}

// Given reports whether the setting was set, and does not just have its default.
func (f *Found) Given(key string) bool {
	return slices.ContainsFunc(f.shown, func(v Shown) bool { return v.Key == key && v.set })
}
