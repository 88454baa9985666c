package source

// Workbook reports whether the text is the rows of a workbook as CSV, a line for each row.
func (s *Source) Workbook() bool { return s.sheet != nil }

// Unread is how many more sheets of a workbook have cells, are not hidden, and are not read
// because no sheet is named.
func (s *Source) Unread() int {
	if s.sheet == nil {
		return 0
	}
	return s.sheet.Unread
}

// Hidden is how many rows of a workbook have cells and are not shown.
func (s *Source) Hidden() int {
	if s.sheet == nil {
		return 0
	}
	return s.sheet.Hidden()
}

// Changed reports whether a cell of a workbook holds a number that is not shown digit for
// digit. Lines and columns count from 1.
func (s *Source) Changed(line, column int) bool {
	return s.sheet != nil && s.sheet.Changed(line, column)
}
