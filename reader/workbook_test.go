package reader

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"usersync/reader/mapping"
)

// spread returns a workbook with these rows in its first sheet, after change.
func spread(t *testing.T, change func(*excelize.File), rows ...[]any) string {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = book.SetSheetRow("Sheet1", cell, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(book)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func style(t *testing.T, book *excelize.File, cell, format string) {
	t.Helper()
	id, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err == nil {
		err = book.SetCellStyle("Sheet1", cell, cell, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// old is a date of another century.
var old = time.Date(1931, 5, 6, 7, 8, 0, 0, time.UTC)

// short shows a date as each machine does.
func short(t *testing.T, book *excelize.File, cell string) {
	t.Helper()
	builtin(t, book, cell, 14)
}

func builtin(t *testing.T, book *excelize.File, cell string, format int) {
	t.Helper()
	id, err := book.NewStyle(&excelize.Style{NumFmt: format})
	if err == nil {
		err = book.SetCellStyle("Sheet1", cell, cell, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestWorkbook: the cells of a sheet are read as the spreadsheet program shows them, by the rules of CSV.
func TestWorkbook(t *testing.T) {
	header := []any{"id", "name"}
	for name, c := range map[string]struct {
		o      Options
		change func(*excelize.File)
		rows   [][]any
		want   []string
	}{
		"text":    {rows: [][]any{header, {"0012", "a, \"b\""}, {"2"}}, want: []string{"2 0012 name=a, \"b\"", "3 2"}},
		"numbers": {change: func(b *excelize.File) { style(t, b, "A2", "00000") }, rows: [][]any{header, {12, 1.5}, {123, true}}, want: []string{"2 00012 name=1.5", "3 123 name=TRUE"}},
		"dates": {change: func(b *excelize.File) { style(t, b, "B2", "yyyy-mm-dd") }, rows: [][]any{header, {1, time.Date(1984, 5, 6, 0, 0, 0, 0, time.UTC)}},
			want: []string{"2 1 name=1984-05-06"}},
		"short dates": {change: func(b *excelize.File) { short(t, b, "B2") }, rows: [][]any{header, {1, time.Date(1984, 5, 6, 0, 0, 0, 0, time.UTC)}},
			want: []string{"2 1 name=1984-05-06"}},
		"scientific":   {rows: [][]any{header, {1234567890123456, "a"}}, want: []string{"2 !changed_number id"}},
		"errors":       {rows: [][]any{header, {"#N/A", "a"}}, want: []string{"2 !null_id id"}},
		"blank rows":   {rows: [][]any{header, {}, {"1", "a"}, {}, {"2", "b\nc"}, {"3", "d"}}, want: []string{"3 1 name=a", "5 2 name=b\nc", "6 3 name=d"}},
		"settings":     {o: Options{Charset: "windows-1252", CSV: CSVOptions{Delimiter: ";", Escape: '\\'}}, rows: [][]any{header, {"1", `é;\x`}}, want: []string{`2 1 name=é;\x`}},
		"title":        {o: Options{CSV: CSVOptions{HeaderRow: 3, Footer: []string{"Total"}}}, rows: [][]any{{"Users"}, {}, header, {"1", "a"}, {"Total", 1}}, want: []string{"4 1 name=a"}},
		"sheet":        {o: Options{Sheet: "more"}, change: func(b *excelize.File) { more(t, b, "More") }, rows: [][]any{{"x"}}, want: []string{"2 9"}},
		"separators":   {change: func(b *excelize.File) { style(t, b, "A2", "#,##0"); style(t, b, "B2", "#,##0") }, rows: [][]any{header, {1234, 5678}}, want: []string{"2 !changed_number id"}},
		"no separator": {change: func(b *excelize.File) { style(t, b, "A2", "#,##0"); style(t, b, "A3", "0,") }, rows: [][]any{header, {123, "a"}, {45, "b"}}, want: []string{"2 123 name=a", "3 !changed_number id"}},
		"rounded":      {change: func(b *excelize.File) { style(t, b, "A2", "0"); style(t, b, "A3", "0"); style(t, b, "A4", "0") }, rows: [][]any{header, {12.4, "a"}, {11.6, "b"}, {12, "c"}}, want: []string{"2 !changed_number id", "3 !changed_number id", "4 12 name=c"}},
		"as powers":    {change: func(b *excelize.File) { style(t, b, "A2", "0.00E+00") }, rows: [][]any{header, {120000, "a"}}, want: []string{"2 !changed_number id"}},
		"id as date":   {change: func(b *excelize.File) { style(t, b, "A2", "yyyy-mm-dd") }, rows: [][]any{header, {45000, "a"}}, want: []string{"2 !changed_number id"}},
		"many digits":  {change: func(b *excelize.File) { style(t, b, "A2", "0") }, rows: [][]any{header, {1234567890123456, "a"}}, want: []string{"2 !changed_number id"}},
		"fixed text":   {change: func(b *excelize.File) { style(t, b, "A2", `"E-"0000`); style(t, b, "A3", "000-00-0000;@") }, rows: [][]any{header, {42, "a"}, {123456789, "b"}}, want: []string{"2 E-0042 name=a", "3 123-45-6789 name=b"}},
		"computed id": {o: Options{Mapping: mapping.Config{Fields: mapping.Fields{{Field: "id", Expr: `"x" + n`}, {Field: "name", Column: "name"}}}}, change: func(b *excelize.File) { style(t, b, "A2", "0") },
			rows: [][]any{{"n", "name"}, {12.4, "a"}, {"13", "b"}}, want: []string{"2 !changed_number n", "3 x13 name=b"}},
		"other columns": {change: func(b *excelize.File) { style(t, b, "B2", "0.0") }, rows: [][]any{header, {1, 1.25}}, want: []string{"2 1 name=1.3"}},
		"two digits of a year": {change: func(b *excelize.File) {
			style(t, b, "B2", "d-mmm-yy")
			style(t, b, "B3", "[$-409]dd/mm/yy hh:mm")
			builtin(t, b, "B4", 15)
			builtin(t, b, "B5", 17)
			style(t, b, "B6", "d mmm yyyy")
			style(t, b, "B7", `"yy" 0`)
		}, rows: [][]any{header, {1, old}, {2, old}, {3, old}, {4, old}, {5, old}, {6, 7}},
			want: []string{"2 1 name=1931-05-06", "3 2 name=1931-05-06 07:08", "4 3 name=1931-05-06", "5 4 name=1931-05-06", "6 5 name=6 May 1931", "7 6 name=yy 7"}},
		"hidden first": {change: func(b *excelize.File) { more(t, b, "More"); hide(t, b) }, rows: [][]any{header, {"1", "a"}}, want: []string{"2 9"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(t, c.o, spread(t, c.change, c.rows...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A part that is not read may be in the archive twice.
func TestWorkbookWithOtherPartsTwice(t *testing.T) {
	whole := spread(t, nil, []any{"id"}, []any{"007"})
	text := packedAgain(t, whole, func(name, text string) (string, string) {
		return strings.Replace(name, "docProps/app.xml", "docProps/core.xml", 1), text
	})
	if got := read(t, Options{}, text); len(got) != 1 || got[0] != "2 007" {
		t.Errorf("%q", got)
	}
}

// TestHiddenRows: rows that a filter hides are users like the others, and this is said.
func TestHiddenRows(t *testing.T) {
	text := spread(t, func(b *excelize.File) {
		for _, row := range []int{3, 4, 9} {
			if err := b.SetRowVisible("Sheet1", row, false); err != nil {
				t.Fatal(err)
			}
		}
	}, []any{"id", "name"}, []any{"1", "a"}, []any{"2", "b"}, []any{"3"}, []any{"4"})
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range in.Records() {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if said := in.Warnings(); n != 4 || len(said) != 1 || !strings.HasSuffix(said[0], "are read like the others: 2") {
		t.Errorf("%d records, %q", n, said)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
}

func more(t *testing.T, b *excelize.File, name string) {
	t.Helper()
	if _, err := b.NewSheet(name); err != nil {
		t.Fatal(err)
	}
	for cell, text := range map[string]string{"A1": "id", "A2": "9"} {
		if err := b.SetCellStr(name, cell, text); err != nil {
			t.Fatal(err)
		}
	}
}

// computed adds a sheet whose only cell is a formula without a result.
func computed(t *testing.T, b *excelize.File, name string) {
	t.Helper()
	empty(t, b, name)
	if err := b.SetCellFormula(name, "A1", "1+1"); err != nil {
		t.Fatal(err)
	}
}

func empty(t *testing.T, b *excelize.File, name string) {
	t.Helper()
	if _, err := b.NewSheet(name); err != nil {
		t.Fatal(err)
	}
}

func hide(t *testing.T, b *excelize.File) {
	t.Helper()
	b.SetActiveSheet(1)
	if err := b.SetSheetVisible("Sheet1", false); err != nil {
		t.Fatal(err)
	}
}

// TestWorkbooksRefused: a workbook that would lose something, and formats that are not read,
// are named by their content, whatever the name of the file.
func TestWorkbooksRefused(t *testing.T) {
	rows := [][]any{{"id", "name"}, {"1", "a"}, {"2"}}
	merge := func(from, to string) func(*excelize.File) {
		return func(b *excelize.File) {
			if err := b.MergeCell("Sheet1", from, to); err != nil {
				t.Fatal(err)
			}
		}
	}
	whole := spread(t, nil, rows...)
	for name, c := range map[string]struct {
		o          Options
		text, want string
	}{
		"other sheet":  {text: spread(t, func(b *excelize.File) { more(t, b, "More") }), want: "has no cells on its first sheet, only on others"},
		"merged":       {text: spread(t, merge("B2", "B3"), rows...), want: "merged over several rows, in rows 2 to 3"},
		"formula":      {text: spread(t, func(b *excelize.File) { _ = b.SetCellFormula("Sheet1", "C3", "1+1") }, rows...), want: "formulas whose results are not stored, the first in row 3"},
		"stale":        {text: spread(t, func(b *excelize.File) { stale(t, b) }, rows...), want: "formulas whose results are not stored, the first in row 2"},
		"no sheet":     {o: Options{Sheet: "Users"}, text: whole, want: "without the sheet that sheet: names"},
		"cut":          {text: whole[:len(whole)/2], want: "cut off or broken"},
		"zip":          {text: zipped(t, "users.csv"), want: "is a zip archive, which is not read"},
		"numbers":      {text: zipped(t, "Index/Document.iwa"), want: "is a Numbers spreadsheet"},
		"xlsb":         {text: zipped(t, "xl/workbook.bin"), want: "is a binary Excel workbook"},
		"docx":         {text: zipped(t, "word/document.xml"), want: "is a text document"},
		"old Excel":    {text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", want: "is an old Excel file (.xls) or a workbook with a password"},
		"Parquet":      {text: "PAR1\x15\x04\x15", want: "is a Parquet file"},
		"Avro":         {text: "Obj\x01\x04", want: "is an Avro file"},
		"ORC":          {text: "ORC\x08\x03", want: "is an ORC file"},
		"bzip2":        {text: "BZh91AY&SY\x00\x01", want: "is compressed with bzip2"},
		"xz":           {text: "\xfd7zXZ\x00\x00", want: "is compressed with xz"},
		"packed twice": {text: gzippedText(t, gzippedText(t, "id\n1\n")), want: "is packed twice"},
		"compress":     {text: "\x1f\x9d\x90ab", want: "is compressed with compress (.Z)"},
		"Access":       {text: "\x00\x01\x00\x00Standard Jet DB\x00", want: "is an Access database"},
		"PDF":          {text: "%PDF-1.7", want: "is a PDF document"},
		"in gzip":      {text: gzippedText(t, "PAR1\x15\x04\x15"), want: "is a Parquet file"},
		// The parser of the rows would read other ids than the spreadsheet program shows.
		"styles elsewhere": {text: elsewhere(t, whole), want: "is a workbook that cannot be read"},
		"a part twice":     {text: twice(t, whole), want: "is a workbook that cannot be read"},
		"texts missing":    {text: rewritten(t, whole, "xl/sharedStrings.xml", "<si><t>1</t></si>", ""), want: "is a workbook that cannot be read"},
		"no text":          {text: rewritten(t, whole, "xl/worksheets/sheet1.xml", `t="s"><v>2</v>`, `t="s"><v>2.0</v>`), want: "is a workbook that cannot be read"},
		"broken rows":      {text: truncatedSheet(t, whole), want: "is a workbook that cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Paths, c.o.Stdin = []string{"-"}, strings.NewReader(c.text)
			in, err := Open(t.Context(), c.o)
			if err == nil {
				t.Fatal(in.Close(), "it is read")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	if got := read(t, Options{Mapping: mapping.Config{Ignore: []string{"ORC"}}}, "ORC,id\n1,2\n"); len(got) != 1 || got[0] != "2 2" {
		t.Errorf("a header that begins like ORC: %q", got)
	}
}

// stale is a formula with 0 in place of its result, as programs write it that compute nothing.
func stale(t *testing.T, book *excelize.File) {
	t.Helper()
	now := true
	err := book.SetCellValue("Sheet1", "A2", 0)
	if err == nil {
		err = book.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &now})
	}
	if err == nil {
		err = book.SetCellFormula("Sheet1", "A2", "40+2")
	}
	if err != nil {
		t.Fatal(err)
	}
}

func gzippedText(t *testing.T, text string) string { return string(gzipped(t, text)) }

func zipped(t *testing.T, name string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if _, err := w.Create(name); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// truncatedSheet returns the workbook with the XML of its sheet cut off in the middle.
func truncatedSheet(t *testing.T, book string) string {
	t.Helper()
	return packedAgain(t, book, func(name, text string) (string, string) {
		if strings.HasPrefix(name, "xl/worksheets/") {
			text = text[:strings.Index(text, `<row r="3"`)]
		}
		return name, text
	})
}

// rewritten returns the workbook with other text in one of its parts.
func rewritten(t *testing.T, book, part, from, to string) string {
	t.Helper()
	return packedAgain(t, book, func(name, text string) (string, string) {
		if name == part && !strings.Contains(text, from) {
			t.Fatalf("%s has no %s: %s", part, from, text)
		}
		if name == part {
			text = strings.Replace(text, from, to, 1)
		}
		return name, text
	})
}

// packedAgain returns the workbook with each part as change returns it.
func packedAgain(t *testing.T, book string, change func(name, text string) (string, string)) string {
	t.Helper()
	from, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range from.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if _, err := text.ReadFrom(part); err != nil {
			t.Fatal(err)
		}
		name, changed := change(f.Name, text.String())
		to, err := w.Create(name)
		if err == nil {
			_, err = to.Write([]byte(changed))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elsewhere returns the workbook with its styles in a part of another name.
func elsewhere(t *testing.T, book string) string {
	t.Helper()
	return packedAgain(t, book, func(name, text string) (string, string) {
		if name == "xl/styles.xml" {
			name = "xl/formats.xml"
		}
		if strings.HasSuffix(name, ".rels") {
			text = strings.Replace(text, "styles.xml", "formats.xml", 1)
		}
		return name, text
	})
}

// twice returns the workbook with two sheets of one name in the archive.
func twice(t *testing.T, book string) string {
	t.Helper()
	return packedAgain(t, book, func(name, text string) (string, string) {
		if name == "docProps/core.xml" {
			name = "xl/worksheets/sheet1.xml"
		}
		return name, text
	})
}
