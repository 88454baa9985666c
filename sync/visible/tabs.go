package visible

import (
	"bytes"
	"io"
	"slices"
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
func (t *Tabs) Flush() error { return t.FlushWithin(0) }

// FlushWithin is Flush for a terminal of so many columns, or for none with 0. Its first line is the
// header. If a line is wider than the terminal, each row is a block with a line for each cell.
func (t *Tabs) FlushWithin(columns int) error {
	lines := t.lines()
	blocks := slices.Clone(lines)
	for i := range blocks {
		blocks[i] = slices.Clone(blocks[i])
	}
	align(lines, 0)
	text, widest := joined(lines)
	if columns > 0 && widest > columns && len(lines) > 1 {
		text = inBlocks(blocks, columns)
	}
	_, err := io.WriteString(t.to, text)
	return err
}

// lines returns the escaped cells of the table, which is empty then.
func (t *Tabs) lines() (lines [][]string) {
	for line := range strings.Lines(t.text.String()) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for i := range cells {
			cells[i] = Text(cells[i])
		}
		lines = append(lines, cells)
	}
	t.text.Reset()
	return lines
}

// joined returns the lines as a text, and the width of the widest.
func joined(lines [][]string) (text string, widest int) {
	var b strings.Builder
	for _, cells := range lines {
		line := strings.Join(cells, "")
		widest = max(widest, Width(line))
		b.WriteString(line + "\n")
	}
	return b.String(), widest
}

// inBlocks returns each row as a block of the names in the header and its cells.
func inBlocks(lines [][]string, columns int) string {
	widest := 0
	for _, name := range lines[0] {
		widest = max(widest, Width(name))
	}
	var blocks []string
	for _, cells := range lines[1:] {
		block := ""
		for i, name := range lines[0][:min(len(cells), len(lines[0]))] {
			block += Hang(Pad(name, widest+between), cells[i], columns) + "\n"
		}
		blocks = append(blocks, block)
	}
	return strings.Join(blocks, "\n")
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
