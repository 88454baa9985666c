package reader

import "usersync/sync/user"

// cellsRow is what gocsv reads a row into. Every column that is read bears the
// one name cell, so that gocsv brings their texts to one place, in the order of
// the columns.
type cellsRow struct {
	Cells cells `csv:"cell"`
}

const (
	cellName   = "cell"
	unreadName = "-"
)

// cells are the texts of a row. They are one word wide: gocsv looks at a field
// through an interface for each cell, and copies what is wider to the heap.
type cells struct{ last *cellBlock }

// cellBlock holds some texts of a row; the earlier ones are in before.
type cellBlock struct {
	texts  [8]string
	used   int
	before *cellBlock
}

// UnmarshalCSV takes any text and never fails.
func (c *cells) UnmarshalCSV(text string) error {
	b := c.last
	if b == nil || b.used == len(b.texts) {
		b = &cellBlock{before: b}
		c.last = b
	}
	b.texts[b.used] = text
	b.used++
	return nil
}

// spread writes the texts to their places. It returns false if there are not as
// many of them.
func (c *cells) spread(places []*user.Value) bool {
	for b := c.last; b != nil; b = b.before {
		rest := len(places) - b.used
		if rest < 0 {
			return false
		}
		for i, place := range places[rest:] {
			*place = user.Value{Kind: user.Text, Text: b.texts[i]}
		}
		places = places[:rest]
	}
	return len(places) == 0
}
