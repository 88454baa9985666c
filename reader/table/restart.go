package table

// HeaderAt makes a later line the header: the lines before it are skipped. Delimiter is that of
// the cells; empty: the one that fits. It must come before the first row.
func (t *Table) HeaderAt(line int, delimiter string) error {
	for t.frame.Line() < line && t.frame.SkipLine() {
		t.lines.Skipped.Before++
	}
	if t.dialect.Delimiter = delimiter; delimiter == "" {
		t.dialect.Delimiter = detectDelimiter(t.frame)
	}
	t.frame.Dialect = t.dialect
	return t.readHeader()
}
