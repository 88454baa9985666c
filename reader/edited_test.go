package reader

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"usersync/sync/user"
)

// saved writes rows as a program does in which a person has edited them.
func saved(t *testing.T, rows [][]string, delimiter rune, quoted bool, charset encoding.Encoding) string {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = delimiter, true
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if quoted {
		text = strings.Replace(text, rows[0][0], `"`+rows[0][0]+`"`, 1)
	}
	if charset == nil {
		return text
	}
	text, err := charset.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestEditedRejects: rejects that a spreadsheet saved in its own charset and with its own
// delimiter are fed again, also rows that did not parse and secrets that were masked.
func TestEditedRejects(t *testing.T) {
	rows := [][]string{
		{"_usersync_outcome", "_usersync_code", "_usersync_detail", "_usersync_run", "_usersync_record", "_usersync_line", "_usersync_raw", "id", "name", "ssn"},
		{"invalid", "bad_phone", "", "r", "1", "2", "", "1", "Müller; Söhne", "***"},
		{"invalid", "ragged", "", "r", "2", "3", `2,"José, Zoë",s2`, "", "", ""},
		{"invalid", "ragged", "", "r", "3", "4", "3,x", "", "", ""},
	}
	original := func(r user.Rejected) [][]byte { return [][]byte{[]byte("1,x,secret")} }
	windows, macintosh := encoding.Encoding(charmap.Windows1252), encoding.Encoding(charmap.Macintosh)
	for name, o := range map[string]struct {
		delimiter rune
		setting   string
		quoted    bool
		charset   encoding.Encoding
		named     string
	}{
		"unedited":                      {delimiter: ','},
		"unedited, other charset":       {delimiter: ',', named: "windows-1252"},
		"ANSI":                          {delimiter: ',', charset: windows, named: "windows-1252"},
		"ANSI with semicolons":          {delimiter: ';', charset: windows, named: "windows-1252"},
		"ANSI, delimiter in the config": {delimiter: ';', setting: ",", charset: windows, named: "windows-1252"},
		"quoted header, Macintosh":      {delimiter: ';', quoted: true, charset: macintosh, named: "macintosh"},
		"UTF-16 with tabs":              {delimiter: '\t', setting: ",", charset: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), named: "windows-1252"},
		"UTF-16 with tabs, no charset":  {delimiter: '\t', charset: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		"UTF-8 with a byte order mark":  {delimiter: ';', charset: unicode.UTF8BOM, named: "windows-1252"},
	} {
		t.Run(name, func(t *testing.T) {
			text := saved(t, rows, o.delimiter, o.quoted, o.charset)
			in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), CSV: CSVOptions{Delimiter: o.setting}, Charset: o.named, Rejects: Rejects{Original: original}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for rec, err := range in.Records() {
				if err != nil {
					t.Fatal(err)
				}
				name, _ := rec.User.Value(user.Name)
				ssn, _ := rec.User.Secret(user.SSN)
				got = append(got, fmt.Sprintf("%s %s %s %v", rec.User.ID, name.Text, ssn.Reveal(), rec.Err))
			}
			want := []string{"1 Müller; Söhne secret <nil>", "2 José, Zoë s2 <nil>", "   has 2 cells, the header has 3; a delimiter inside a cell needs quotes around the cell"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEditedRejectsLate: the charset is decided where it matters, however far into the file,
// and what is not valid in it is found.
func TestEditedRejectsLate(t *testing.T) {
	header := "_usersync_outcome,_usersync_code,_usersync_raw,id,name\n"
	plain := bytes.Repeat([]byte("invalid,bad_phone,,1,plain\n"), 10_000)
	for last, want := range map[string]string{"ü": "ü <nil>", "\xfc": "ü <nil>", "\x83\x41\xff": " holds bytes that are not valid shift_jis; name the right --charset"} {
		charset := "windows-1252"
		if strings.HasPrefix(last, "\x83") {
			charset = "shift_jis"
		}
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Charset: charset, Stdin: strings.NewReader(header + string(plain) + "invalid,bad_phone,,1," + last + "\n")})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for rec, err := range in.Records() {
			if err != nil {
				t.Fatal(err)
			}
			name, _ := rec.User.Value(user.Name)
			got = fmt.Sprintf("%s %v", name.Text, rec.Err)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", last, got, want)
		}
	}
}
