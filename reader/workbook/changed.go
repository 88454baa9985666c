package workbook

import "slices"

// changed are the cells whose number is not shown digit for digit, by column: the rows as
// spans, in order.
type changed map[int][]span

type span struct{ from, to int }

// add adds a cell. Rows come in order.
func (c changed) add(row, column int) {
	spans := c[column]
	if last := len(spans) - 1; last >= 0 && spans[last].to+1 == row {
		spans[last].to = row
		return
	}
	c[column] = append(spans, span{row, row})
}

func (c changed) has(row, column int) bool {
	_, found := slices.BinarySearchFunc(c[column], row, func(s span, row int) int {
		switch {
		case s.to < row:
			return -1
		case s.from > row:
			return 1
		}
		return 0
	})
	return found
}
