package reader

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"usersync/reader/between"
)

// TestSkippedLines: each line that is passed over is counted for its reason.
func TestSkippedLines(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		text string
		want []string
		skip between.Skipped
	}{
		"program line":   {Options{}, "sep=,\nid\n1\n", []string{"3 1"}, between.Skipped{Leading: 1}},
		"title":          {Options{CSV: CSVOptions{HeaderRow: 3}}, "All, \"users\n\nid\n\n1\n", []string{"5 1"}, between.Skipped{Before: 2, Blank: 1}},
		"dashes":         {Options{}, "id,name\n--,----\n1,a\nid,name\n", []string{"3 1 name=a"}, between.Skipped{Dashes: 1, Headers: 1}},
		"comments":       {Options{CSV: CSVOptions{Comment: "#"}}, "# of \"x\nid\n# a\n1\n#\n", []string{"4 1"}, between.Skipped{Comments: 3}},
		"footers":        {Options{CSV: CSVOptions{Footer: []string{"Total", "("}}}, "id,name\n1,a\n\nTotal,1\n(1 row)\n", []string{"2 1 name=a"}, between.Skipped{Footers: 2, Blank: 1}},
		"no setting":     {Options{}, "id,name\n# a\n1,a\nTotal,1\n", []string{"2 !ragged", "3 1 name=a", "4 !null_id id"}, between.Skipped{}},
		"more sheets":    {Options{}, spread(t, func(b *excelize.File) { more(t, b, "More"); more(t, b, "Most"); empty(t, b, "None") }, []any{"id"}, []any{1}), []string{"2 1"}, between.Skipped{Sheets: 2}},
		"more formulas":  {Options{}, spread(t, func(b *excelize.File) { computed(t, b, "Sums") }, []any{"id"}, []any{1}), []string{"2 1"}, between.Skipped{Sheets: 1}},
		"named sheet":    {Options{Sheet: "More"}, spread(t, func(b *excelize.File) { more(t, b, "More") }, []any{"id"}, []any{1}), []string{"2 9"}, between.Skipped{}},
		"end mark":       {Options{}, "id\n1\n\x1a", []string{"2 1"}, between.Skipped{EndMarks: 1}},
		"footer first":   {Options{CSV: CSVOptions{Footer: []string{"Total"}}}, "id\nTotal\n1\n", []string{"stop 3 a row follows a line that begins like a footer, and footers must be last"}, between.Skipped{}},
		"broken comment": {Options{CSV: CSVOptions{Comment: "#"}}, "id,name\n1,a\n\"#\"x,a\n2,b\"\n3,d\n", []string{"2 1 name=a", "3 !in_broken_quote", "5 3 name=d"}, between.Skipped{}},
		"rejects":        {Options{CSV: CSVOptions{HeaderRow: 2, Footer: []string{"Total"}}}, "_usersync_outcome,id\ninvalid,1\n", []string{"2 1"}, between.Skipped{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Paths, c.o.Stdin = []string{"-"}, strings.NewReader(c.text)
			in, err := Open(t.Context(), c.o)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var got []string
			for rec, err := range in.Records() {
				got = append(got, summary(rec, err))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.skip, in.Skipped()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHeaderFurtherDown: a draft finds the header below titles.
func TestHeaderFurtherDown(t *testing.T) {
	l, err := gridHeader(t, Options{Paths: []string{"-"}, Stdin: strings.NewReader("Users of Acme\n\nFirst Name;Email Address;Zip\nAnn;a@example.com;1\n")})
	if err != nil || l.HeaderRow != 3 || len(l.Header) != 3 || l.Header[1] != "Email Address" {
		t.Errorf("%+v, %v", l, err)
	}
	l, err = gridHeader(t, Options{Paths: []string{"-"}, Stdin: strings.NewReader("kunde;ort\nfirst;email\n")})
	if err != nil || l.HeaderRow != 2 {
		t.Errorf("%+v, %v", l, err)
	}
}

// TestHeaderInAnotherLanguage: below a title, names that usersync does not know are a header.
func TestHeaderInAnotherLanguage(t *testing.T) {
	for text, want := range map[string]int{
		"Kundenliste\nStand: 1.2.\nMatrikel;Strasse\n1;a\n": 3,
		"Kundenliste;\n;\nMatrikel;Strasse\n1;a\n":          3,
		"Kundenliste;\nMatrikel;Matrikel\nx;y\n":            0, // a header names no column twice
		"Kundenliste;\nann@example.com;Doe\nx;y\n":          0, // these are users
		"Kundenliste;\n4711;Doe\nx;y\n":                     0,
		"Customer list;;;\nMatrikel;Strasse\n1;a\n":         2, // words that columns have, too
		"Customer list\nMatrikel;Strasse;Ort\n1;a;b\n":      2,
		"email\nDoe, Ann\n":                                 0, // this is a header
		"Matrikel;Strasse\na;b\n":                           0,
		"Kundenliste\nx\ny\n":                               0,
	} {
		l, err := gridHeader(t, Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
		if err != nil || l.HeaderRow != want {
			t.Errorf("%q: line %d, %v", text, l.HeaderRow, err)
		}
	}
}

// FuzzBetween: whatever is before, between and after rows, lines only go up, no error
// tells a value, and every line is read or counted.
func FuzzBetween(f *testing.F) {
	for _, seed := range []string{"sep=;\n", "1,a,\n2,b,\n", "--,--\n", "\"1\",\"2\",\"a@x\"\n", "# \"\n", "id\r1\r", "\x1a", "Total\n1,a\n", "=\"1\", \"a\"\n"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		text := before + "id,email\n" + strings.ReplaceAll(after, "a", marker)
		for _, o := range []Options{{}, {CSV: CSVOptions{HeaderRow: 2}}, {CSV: CSVOptions{Comment: "#", Footer: []string{"Total"}}}} {
			o.Paths, o.Stdin, o.Format = []string{"-"}, strings.NewReader(text), CSV
			in, err := Open(t.Context(), o)
			if err != nil {
				silent(t, err)
				continue
			}
			last := 0
			for rec, err := range in.Records() {
				silent(t, err)
				if err != nil {
					continue
				}
				silent(t, rec.Err)
				if rec.Origin.Line < last {
					t.Fatalf("line %d after %d", rec.Origin.Line, last)
				}
				last = rec.Origin.Line
			}
		}
	})
}
