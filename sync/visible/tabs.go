package visible

import (
	"bytes"
	"io"
	"strings"
)

// Tabs is a writer for tables: it aligns cells that end with a tab, with two blanks between
// columns, as package tabwriter does, but by the columns that their characters take. It holds
// everything until Flush, and is for one goroutine.
type Tabs struct {
	to   io.Writer
	text bytes.Buffer
}

// NewTabs returns a Tabs that writes to w.
func NewTabs(w io.Writer) *Tabs { return &Tabs{to: w} }

// Write keeps text. It never fails.
func (t *Tabs) Write(text []byte) (int, error) { return t.text.Write(text) }

// between is how many blanks separate columns.
const between = 2

// Flush writes the table, with what a terminal would obey or hide escaped.
func (t *Tabs) Flush() error {
	var lines [][]string
	for line := range strings.Lines(t.text.String()) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for i := range cells {
			cells[i] = Text(cells[i])
		}
		lines = append(lines, cells)
	}
	t.text.Reset()
	align(lines, 0)
	var b strings.Builder
	for _, cells := range lines {
		b.WriteString(strings.Join(cells, "") + "\n")
	}
	_, err := io.WriteString(t.to, b.String())
	return err
}

// align pads the cells of a column, and of those after it, in each run of lines that have it.
// The last cell of a line ends no column.
func align(lines [][]string, column int) {
	for len(lines) > 0 {
		end := 0
		for end < len(lines) && len(lines[end]) > column+1 {
			end++
		}
		if end == 0 {
			lines = lines[1:]
			continue
		}
		widest := 0
		for _, cells := range lines[:end] {
			widest = max(widest, Width(cells[column]))
		}
		for _, cells := range lines[:end] {
			cells[column] = Pad(cells[column], widest+between)
		}
		align(lines[:end], column+1)
		lines = lines[end:]
	}
}
