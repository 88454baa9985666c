package identity

import "strings"

// Difference says in plain words how two ids that look alike differ, such as
// "upper and lower case and leading zeros". The words fit after "they differ in". It never holds a part of the ids. It
// is empty if the ids are equal, or do not look alike. Both must be valid UTF-8.
func Difference(a, b string) string {
	if a == b || Fold(a) != Fold(b) {
		return ""
	}
	// What can be left out while the two still fold to the same text is not the
	// difference. The general is left out first, so that the particular is named.
	do := folding(foldAll | foldCanonical | foldWidth)
	var named []string
	for _, f := range [...]struct {
		by   folding
		name string
	}{
		{foldCase, "upper and lower case"},
		{foldCompatible, "characters in another form, such as ligatures"},
		{foldWidth, "full-width and half-width characters"},
		{foldCanonical, "Unicode normal form"},
		{foldOuterQuotes, "quotes around the id"},
		{foldQuotes, "curly and straight quotes"},
		{foldDashes, "kinds of dash"},
		{foldSpace, "white space"},
		{foldInvisible, "invisible characters"},
		{foldDecimals, "a trailing .0"},
		{foldZeros, "leading zeros"},
	} {
		if foldBy(a, do&^f.by) == foldBy(b, do&^f.by) {
			do &^= f.by
		} else {
			named = append(named, f.name)
		}
	}
	return enumerate(named)
}

func enumerate(list []string) string {
	last := len(list) - 1
	if last < 1 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}
