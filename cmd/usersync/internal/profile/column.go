package profile

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"usersync/sync/identity"
	"usersync/sync/user"
)

// Column is what is known of a column. Cells are trimmed before they are looked at, as a
// run does.
type Column struct {
	Name string
	Rows int
	// Each cell is one of these: empty, blank (only white space), or filled. Markers are
	// filled.
	Empty, Blank, Filled int
	// Markers counts the cells that are a word for a missing value, by the word.
	Markers map[string]int
	Longest int // characters of the longest cell
	Padded  int // cells with white space around the text
	Kinds
	// States counts the cells that are a word for the state of an account, by the word;
	// OtherStates those that are filled and no such word.
	States      map[string]int
	OtherStates int
	Dates       Dates

	variety
	shapes shapes
}

// variety counts different cells, and those that differ in more than their looks.
type variety struct {
	seed             maphash.Seed
	distinct, folded distinct
}

// Kinds counts the filled cells that are not markers by what they look like.
type Kinds struct {
	Emails, Phones, Numbers, Masked, Hashes, Yes int
	Fractions                                    int // whole numbers with .0
	Damaged                                      int // in scientific notation
	Apostrophes                                  int // numbers with an apostrophe in front
	Unclean                                      int // with characters that cannot be seen
}

func newColumn(name string, seed maphash.Seed, among int) *Column {
	hashes := ExactAmong(among)
	return &Column{Name: user.Trim(name), Markers: map[string]int{}, States: map[string]int{},
		shapes:  shapes{cells: map[string]int{}, most: max(16, min(512, mostHashes/(4*among)))},
		variety: variety{seed, newDistinct(hashes), newDistinct(hashes)}}
}

// mostHashed is how many bytes of a cell are looked at for a look-alike.
const mostHashed = 1 << 10

func (c *Column) add(cell string) {
	c.Rows++
	text := user.Trim(cell)
	switch {
	case cell == "":
		c.Empty++
		return
	case text == "":
		c.Blank++
		return
	}
	c.Filled++
	if len(text) != len(cell) {
		c.Padded++
	}
	c.Longest = max(c.Longest, utf8.RuneCountInString(text))
	c.distinct.add(maphash.String(c.seed, text))
	if len(text) <= mostHashed {
		c.folded.add(maphash.String(c.seed, identity.Fold(text)))
	} else {
		c.folded.add(maphash.String(c.seed, text))
	}
	c.shapes.add(text)
	c.classify(text)
}

// classify counts what a cell looks like.
func (c *Column) classify(text string) {
	if isMarker(text) {
		c.Markers[text]++
		return
	}
	if isState(strings.ToLower(text)) {
		c.States[text]++
	} else {
		c.OtherStates++
	}
	c.Dates.add(text)
	for _, kind := range []struct {
		n  *int
		is func(string) bool
	}{
		{&c.Emails, user.IsEmail}, {&c.Phones, isE164}, {&c.Numbers, isDigits}, {&c.Fractions, hasZeroFraction}, {&c.Damaged, isDamaged},
		{&c.Yes, isYes}, {&c.Apostrophes, hasApostrophe}, {&c.Masked, isMasked}, {&c.Hashes, isHash}, {&c.Unclean, isUnclean},
	} {
		if kind.is(text) {
			*kind.n++
		}
	}
}

// Values is the number of cells that hold a value: filled, and not a marker.
func (c *Column) Values() int { return c.Filled - c.Marked() }

// Marked is the number of cells that hold a word for a missing value.
func (c *Column) Marked() (n int) {
	for _, own := range c.Markers {
		n += own
	}
	return n
}

// Distinct is the number of different filled cells, and whether it is exact.
func (c *Column) Distinct() (n int, exact bool) { return c.distinct.count() }

// Lookalikes is how many different cells look like another one: they differ only in letter
// case, width, leading zeros and the like. It says whether the number is exact.
func (c *Column) Lookalikes() (n int, exact bool) {
	all, exact := c.distinct.count()
	folded, _ := c.folded.count()
	if !exact && all-folded < all/50 { // within the error of the estimates
		return 0, false
	}
	return max(0, all-folded), exact
}

// Repeated is in how many cells the value is that of an earlier one, and whether the number is
// exact. Words for a missing value are not counted.
func (c *Column) Repeated() (n int, exact bool) {
	all, exact := c.distinct.count()
	return max(0, c.Values()-(all-len(c.Markers))), exact
}

// Different reports whether no value is in two rows.
func (c *Column) Different() bool {
	n, exact := c.Repeated()
	return exact && n == 0
}

// Unique reports whether each row has a value, and one that no other row has.
func (c *Column) Unique() bool { return c.Rows > 0 && c.Values() == c.Rows && c.Different() }

// Shape is a masked cell, and how many cells have it.
type Shape struct {
	Text  string
	Cells int
}

// Shapes are the n most frequent masked shapes, and in how many cells there are others.
func (c *Column) Shapes(n int) (most []Shape, others int) {
	for _, text := range slices.Sorted(maps.Keys(c.shapes.cells)) {
		most = append(most, Shape{text, c.shapes.cells[text]})
	}
	slices.SortStableFunc(most, func(a, b Shape) int { return cmp.Compare(b.Cells, a.Cells) })
	others = c.shapes.others
	for _, s := range most[min(n, len(most)):] {
		others += s.Cells
	}
	return most[:min(n, len(most))], others
}
