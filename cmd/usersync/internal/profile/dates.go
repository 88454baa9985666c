package profile

import (
	"strconv"
	"strings"
)

// Dates is what the cells of a column say about the form of dates.
type Dates struct {
	cells, others int
	separator     byte
	yearFirst     bool
	first, second int // the largest numbers at these places, besides the year
	digits        int // of the shortest day or month
}

// add looks for three numbers, of which the first or the last is a year.
func (d *Dates) add(text string) {
	at := strings.IndexAny(text, "./-")
	if at < 1 {
		d.others++
		return
	}
	parts := strings.Split(text, text[at:at+1])
	if len(parts) != 3 || !isDigits(strings.Join(parts, "")) || len(parts[1]) > 2 || len(parts[1]) == 0 {
		d.others++
		return
	}
	yearFirst := len(parts[0]) == 4
	if yearFirst && len(parts[2]) > 2 || !yearFirst && (len(parts[2]) != 4 || len(parts[0]) > 2) || len(parts[2]) == 0 {
		d.others++
		return
	}
	if d.cells > 0 && (d.separator != text[at] || d.yearFirst != yearFirst) {
		d.others++
		return
	}
	d.note(text[at], yearFirst, parts)
}

func (d *Dates) note(separator byte, yearFirst bool, parts []string) {
	if yearFirst {
		parts = parts[1:]
	}
	if d.cells == 0 {
		d.separator, d.yearFirst, d.digits = separator, yearFirst, 2
	}
	d.cells++
	d.digits = min(d.digits, len(parts[0]), len(parts[1]))
	a, _ := strconv.Atoi(parts[0]) // at most two digits
	b, _ := strconv.Atoi(parts[1])
	d.first, d.second = max(d.first, a), max(d.second, b)
}

// Form is the form of the dates, as the expression date() takes it, if all cells are dates
// and only one form fits them.
func (d *Dates) Form() (form string, ok bool) {
	if d.cells == 0 || d.others > 0 || d.first > 12 && d.second > 12 {
		return "", false
	}
	month, day := "MM", "DD"
	if d.digits == 1 {
		month, day = "M", "D"
	}
	sep := string(d.separator)
	switch {
	case d.yearFirst && d.first <= 12:
		return "YYYY" + sep + month + sep + day, true
	case d.yearFirst:
		return "", false
	case d.first > 12, d.separator == '.':
		if d.second > 12 {
			return "", false
		}
		return day + sep + month + sep + "YYYY", true
	case d.second > 12:
		return month + sep + day + sep + "YYYY", true
	}
	return "", false
}

// AreDates reports whether all cells with a value are dates, of whatever form.
func (d *Dates) AreDates() bool { return d.cells > 0 && d.others == 0 }
