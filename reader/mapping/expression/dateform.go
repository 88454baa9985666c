package expression

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// part is what a piece of a date form stands for.
type part uint8

const (
	literal part = iota
	year
	month
	day
	hour
	minute
	second
	fraction
	half   // AM or PM
	offset // from UTC
)

// piece is one token of a date form, or the text between two.
type piece struct {
	part part
	text string // YYYY, or the literal text
}

// dateForm is a form such as DD-MMM-YYYY, or one of the two systems of Excel's serial days.
type dateForm struct {
	pieces []piece
	excel  int // 1900 or 1904; 0 for a form of pieces
}

const (
	excel1900 = "excel1900"
	excel1904 = "excel1904"
)

// tokens are what a form is made of. T stands for itself.
var tokens = map[string]part{"YYYY": year, "YY": year, "MMMM": month, "MMM": month, "MM": month, "M": month, "DD": day, "D": day,
	"HH": hour, "H": hour, "hh": hour, "h": hour, "mm": minute, "ss": second, "SSS": fraction, "A": half, "a": half, "Z": offset, "T": literal}

const formRule = "date forms are made of YYYY YY MMMM MMM MM M DD D HH H hh h mm ss SSS A Z, T and the separators between them, or are excel1900 or excel1904"

// parseForm reads a form. The rule is empty if it can mean something.
func parseForm(form string) (f dateForm, rule string) {
	switch form {
	case excel1900:
		return dateForm{excel: 1900}, ""
	case excel1904:
		return dateForm{excel: 1904}, ""
	}
	if form == "" || strings.ContainsAny(form, "0123456789_") {
		return f, formRule
	}
	for rest := form; rest != ""; {
		end := runEnd(rest)
		p := piece{text: rest[:end]}
		if isLetter(rest[0]) {
			known, ok := tokens[p.text]
			if !ok {
				return f, formRule
			}
			p.part = known
		}
		f.pieces, rest = append(f.pieces, p), rest[end:]
	}
	return f, f.problem()
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 }

// runEnd returns where the first token, or text without one, ends.
func runEnd(form string) int {
	for i := 1; i < len(form); i++ {
		if isLetter(form[0]) && form[i] != form[0] || !isLetter(form[0]) && isLetter(form[i]) {
			return i
		}
	}
	return len(form)
}

// problem returns why the form cannot mean one thing; "" if it can.
func (f dateForm) problem() string {
	for i, p := range f.pieces {
		if p.part == literal {
			continue
		}
		if slices.ContainsFunc(f.pieces[:i], func(o piece) bool { return o.part == p.part }) {
			return "a date form names " + partNames[p.part] + " twice"
		}
		if i > 0 && f.pieces[i-1].varies() && p.isNumber() {
			return "a date form needs a separator after " + f.pieces[i-1].text + ", which has one or two digits"
		}
		if p.part == fraction && (i < 2 || f.pieces[i-2].part != second || f.pieces[i-1].text != "." && f.pieces[i-1].text != ",") {
			return "in a date form SSS follows ss and a point: ss.SSS"
		}
	}
	twelve := f.hasText("hh") || f.hasText("h")
	switch {
	case twelve && !f.has(half):
		return "a date form with hh or h needs A, for AM or PM; HH is the hour of 24"
	case !twelve && f.has(half):
		return "a date form with A needs hh or h; HH is the hour of 24"
	case !f.has(year) && !f.has(month) && !f.has(day) && !f.has(hour):
		return formRule
	}
	return ""
}

var partNames = [...]string{"", "the year", "the month", "the day", "the hour", "the minute", "the second", "the fraction", "AM or PM", "the offset"}

func (p piece) isNumber() bool {
	return p.part >= year && p.part <= fraction && len(p.text) < 5 && !p.isName()
}

func (p piece) isName() bool { return p.text == "MMM" || p.text == "MMMM" }

// varies reports whether the piece has one digit or two.
func (p piece) varies() bool { return p.part != literal && len(p.text) == 1 && p.isNumber() }

func (f dateForm) has(want part) bool {
	return slices.ContainsFunc(f.pieces, func(p piece) bool { return p.part == want })
}

func (f dateForm) hasText(text string) bool {
	return slices.ContainsFunc(f.pieces, func(p piece) bool { return p.text == text })
}

// lacks returns a part that writing as f needs and that reading as from does not give: what
// is missing would be made up. A time of day that is missing is midnight.
func (f dateForm) lacks(from dateForm) (name string, lacks bool) {
	for _, p := range f.pieces {
		if given := from.has(p.part) || from.excel != 0 && p.part != offset; !given && p.part != literal && !p.isTime() {
			return partNames[p.part], true
		}
	}
	return "", false
}

// isTime reports whether the piece is a time of day.
func (p piece) isTime() bool { return p.part >= hour && p.part <= half }

// write returns t in the form.
func (f dateForm) write(t time.Time) string {
	var b strings.Builder
	for _, p := range f.pieces {
		b.WriteString(p.write(t))
	}
	return b.String()
}

// layouts are how the time package writes a token.
var layouts = map[string]string{"YYYY": "2006", "YY": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "DD": "02", "D": "2",
	"HH": "15", "hh": "03", "h": "3", "mm": "04", "ss": "05", "A": "PM", "a": "pm", "Z": "Z07:00"}

func (p piece) write(t time.Time) string {
	switch {
	case p.part == literal:
		return p.text
	case p.text == "H":
		return strconv.Itoa(t.Hour())
	case p.part == fraction:
		return t.Format(".000")[1:]
	}
	return t.Format(layouts[p.text])
}
