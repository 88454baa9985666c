package table

import "usersync/sync/user"

// cellsRow is what gocsv reads a row into. All columns that are read have the same name,
// cell, so gocsv delivers their texts to one place, in the order of the columns.
type cellsRow struct {
	Cells cells `csv:"cell"`
}

const (
	cellName   = "cell"
	unreadName = "-"
)

// cells are the texts of a row. The type is one word wide, because gocsv passes a field
// through an interface for each cell, and copies wider ones to the heap.
type cells struct{ last *cellBlock }

// cellBlock holds some texts of a row; the earlier ones are in previous. It is 128 bytes long, as
// the allocator has them.
type cellBlock struct {
	texts    [7]string
	used     int
	previous *cellBlock
}

// UnmarshalCSV accepts any text and never fails.
func (c *cells) UnmarshalCSV(text string) error {
	b := c.last
	if b == nil || b.used == len(b.texts) {
		b = &cellBlock{previous: b}
		c.last = b
	}
	b.texts[b.used] = text
	b.used++
	return nil
}

// assign writes the texts to their places. It returns false if the numbers differ.
func (c *cells) assign(places []*user.Value) bool {
	for b := c.last; b != nil; b = b.previous {
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
