package table

import "unicode/utf8"

// HeaderAt makes a later line the header: the lines before it are skipped. Delimiter is that of
// the cells; 0: the one that fits. It must come before the first row.
func (t *Table) HeaderAt(line int, delimiter rune) error {
	for t.frame.Line() < line && t.frame.SkipLine() {
		t.lines.Skipped.Before++
	}
	if t.delimiter = delimiter; delimiter == 0 {
		t.delimiter = detectDelimiter(t.frame)
	}
	t.frame.SetDelimiter(utf8.AppendRune(nil, t.delimiter))
	return t.readHeader()
}
