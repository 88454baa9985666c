package workbook

import (
	"archive/zip"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The numbers of formats that every workbook knows (ECMA-376 18.8.30).
const (
	general      = 0
	whole        = 1
	shortDateID  = 14 // shown as shortDate says
	dateAndTime  = 22 // as shortDate says, with hours and minutes
	plainText    = 49
	stylesPart   = "xl/styles.xml"
	firstOfOwn   = 164 // below it, formats are those that every workbook knows
	mostDigits   = 15  // that a spreadsheet program keeps of a number
	textOfDigits = "0123456789"

	digitsOfGroup = 3 // a number of so many has no separator
)

// formats are the number formats of a workbook, by the number of a style.
type formats struct {
	styles []int // the numbers of their formats
	codes  map[int]string
}

// readFormats reads them. A workbook without styles has none, which is General.
func readFormats(archive *zip.Reader) (formats, error) {
	f := formats{codes: map[int]string{general: "General", whole: "0", plainText: "@"}}
	if !slices.ContainsFunc(archive.File, func(p *zip.File) bool { return p.Name == stylesPart }) {
		return f, nil
	}
	var sheet struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Styles []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := decode(archive, stylesPart, &sheet); err != nil {
		return f, err
	}
	for _, own := range sheet.Formats {
		f.codes[own.ID] = own.Code
	}
	for _, s := range sheet.Styles {
		f.styles = append(f.styles, s.Format)
	}
	return f, nil
}

// exact reports whether a number in a style is shown digit for digit: neither rounded nor
// with separators, nor as a date. Digits that are always shown, such as leading zeros, and
// fixed text are no loss.
func (f formats) exact(style int, number string) bool {
	if style < 0 || style >= len(f.styles) {
		return isExact("General", number)
	}
	return isExact(f.codes[f.styles[style]], number)
}

func isExact(code, number string) bool {
	digits, fraction, _ := strings.Cut(strings.TrimPrefix(number, "-"), ".")
	if len(strings.TrimLeft(digits+fraction, "0")) > mostDigits || strings.Trim(digits+fraction, textOfDigits) != "" || digits == "" {
		return false
	}
	if strings.EqualFold(code, "General") || code == "@" {
		return true
	}
	first, _, _ := strings.Cut(code, ";")
	first = withoutText(first)
	if len(strings.TrimLeft(digits, "0")) <= digitsOfGroup && !strings.HasSuffix(first, ",") {
		first = strings.ReplaceAll(first, ",", "")
	}
	return fraction == "" && number[0] != '-' && first != "" && strings.Trim(first, "0#- ") == "" && strings.ContainsAny(first, "0#") && strings.Trim(digits, "0") != ""
}

// withoutText returns a format without its fixed text.
func withoutText(code string) string {
	var b strings.Builder
	for quoted, i := false, 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++ // the character that follows is fixed text, a blank or a filler
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shortYear reports whether dates of the format are shown with two digits of their year, and
// whether with the time of day.
func shortYear(code string) (short, timed bool) {
	code, _, _ = strings.Cut(strings.ToLower(withoutText(code)), ";")
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '[': // a condition, a color or a language
			if end := strings.IndexByte(code[i:], ']'); end > 0 {
				i += end
			}
		case 'y':
			n := len(code[i:]) - len(strings.TrimLeft(code[i:], "y"))
			short = short || n < 3
			i += n - 1
		case 'h':
			timed = true
		}
	}
	return short, timed
}

// showYears makes the dates that would lose their century be shown in full.
func (f formats) showYears(book *excelize.File) {
	if book.Styles == nil || book.Styles.CellXfs == nil {
		return
	}
	date, both := shortDateID, dateAndTime
	own := map[int]string{15: "d-mmm-yy", 17: "mmm-yy"}
	for i := range book.Styles.CellXfs.Xf {
		id := book.Styles.CellXfs.Xf[i].NumFmtID
		if id == nil {
			continue
		}
		code := own[*id]
		if *id >= firstOfOwn {
			code = f.codes[*id]
		}
		switch short, timed := shortYear(code); {
		case short && timed:
			book.Styles.CellXfs.Xf[i].NumFmtID = &both
		case short:
			book.Styles.CellXfs.Xf[i].NumFmtID = &date
		}
	}
}
