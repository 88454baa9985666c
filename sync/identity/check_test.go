package identity

import (
	"regexp"
	"strings"
	"testing"
	"testing/quick"
)

func verdict(v Verdict) string {
	return map[Class]string{Accepted: "", UnlessKnown: "unless known ", Never: "never ", Unreadable: "unreadable "}[v.Class] + v.Code
}

func TestCheck(t *testing.T) {
	for want, ids := range map[string][]string{
		"unreadable no_id":  {""},
		"unreadable bad_id": {".", "..", "a\x00b", "a\tb", "a\u0085b", "a\u2028b", "a\ufffeb", "a\x7f", "a\u200bb", "a\ufeffb", "a\u00adb", "👩\u200d💻", "a\xffb", "a\ufffd\xff", "a\ufffd\x01"},
		// SEMANTICS, word for word.
		"never null_id":        {"NULL", "null", "(null)", `\N`, "#N/A", "#REF!", "#VALUE!", "#NAME?", "undefined"},
		"unless known null_id": {"None", "NaN", "nil", "N/A"},
		"never damaged_id":     {"1.23457E+15", "1E+10", "1e+05", "9.9e+123", "1.5E+00"},
	} {
		for _, id := range ids {
			if v := (Policy{}).Check(id); verdict(v) != want || v.Rule == "" {
				t.Errorf("Check(%+q) = %+v, want %s", id, v, want)
			}
		}
	}
}

// What the rules do not name: refused only where no id can be meant, and never
// against the ledger.
func TestCheckNeighbours(t *testing.T) {
	for want, ids := range map[string][]string{
		"unless known null_id": {
			"#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#ERROR!", "Err:502", "Err:522",
			"#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#ÜBERLAUF!", // German
			"#N/D", "#VALEUR!", "#NOM?", "#NOMBRE!", // French
			"#¡REF!", "#¡VALOR!", "#¿NOMBRE?", "#¡DIV/0!", // Spanish
			"#N/B", "#VERW!", "#WAARDE!", "#NAAM?", "#DEEL/0!", // Dutch
			"#N/D!", "#ARG!", "#NAZWA?", "#Н/Д", "#ССЫЛКА!", "#ИМЯ?", "#I/T", "#VÆRDI!", "#YOK", "#HIÁNYZIK", // Polish, Russian, Danish, Turkish, Hungarian
			`"NULL"`, "'NULL'", "<NULL>", "<null>", "[NULL]", "{null}", "(none)", "<nil>", "<NA>", "( null )", `"\N"`, `\\N`, "(blank)", "[]", "{}", "(())",
			"1.#IND", "-1.#QNAN", "-nan", "#N/A N/A", "[object Object]", "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}",
			"-", "--", "—", "?", "???", "...", "_", "#", "########", "*", `""`, "/", "- -",
		},
		"unless known damaged_id": {"1,23E+10", "1,2e+05", "12.3E+12", "123E+06", "-1.2E+10", "+1E+10", "1E+5", "1.23457E15", "M\ufffdller"},
		"": {
			"Null", "NONE", "none", "NIL", "Nil", "nan", "NA", "na", "n/a", "N.A.", "Undefined", "UNDEFINED", "empty", "TRUE", "0", "000", "x", "★", "👩", "王", "é",
			"NULL1", "nullable", "null@example.com", "a/b", "a b", "a\u00a0b", "Void", "unknown", "N", `\n`, "NV", "REF!", "DIV/0!",
			"#anna!", "#1", "#12/3", "#a/b", "#A1", "Err:1", "Error:502", "(anna)", "[7]", "<a@example.com>", "'00123", `"007"`, "O'Brien", "O’Brien",
			"1E10", "1e5", "12e5", "5E-10", "1.2E-10", "1.5e3", "E+10", "1E", "1E+", "1E+x", "1.E+10", "1.2.3E+10", "1234E+10", "1.23457E+15x", "x1.23457E+15", "1.5", "1,5", "+14155552671", "-5",
			"12345678901234500000", "101.0", "1-Mar", "2024-01-01", "a\u0301",
			strings.Repeat("(", 30) + "null" + strings.Repeat(")", 30), strings.Repeat("(", 100_000) + "x",
		},
	} {
		for _, id := range ids {
			if v := (Policy{}).Check(id); verdict(v) != want {
				t.Errorf("Check(%+.40q) = %+v, want %q", id, v, want)
			}
		}
	}
	if v := (Policy{}).Check(Clean("\u00a0NULL ")); verdict(v) != "never null_id" {
		t.Errorf("a marker in blanks: %+v", v)
	}
}

func TestCheckAsSet(t *testing.T) {
	own := Policy{Nulls: []string{"-1", "NA"}}
	for id, want := range map[string]string{"-1": "never null_id", "NA": "never null_id", "na": "", "NULL": "", "#REF!": "", "(none)": "", "-": "", "1E+10": "never damaged_id", ".": "unreadable bad_id"} {
		if v := own.Check(id); verdict(v) != want {
			t.Errorf("a list of one's own: Check(%q) = %+v, want %q", id, v, want)
		}
	}
	if v := (Policy{Nulls: []string{}}).Check("NULL"); v.Class != Accepted {
		t.Errorf("an empty list: %+v", v)
	}
	if v := (Policy{AllowScientific: true}).Check("1E+10"); v.Class != Accepted {
		t.Errorf("allowed: %+v", v)
	}
	if v := (Policy{AllowScientific: true}).Check("NULL"); v.Class != Never {
		t.Errorf("numbers are allowed, and with them markers: %+v", v)
	}
}

// A spreadsheet makes the row of totals as long as that of a user.
func TestCheckTotals(t *testing.T) {
	for want, ids := range map[string][]string{
		"unless known null_id": {
			"Total", "TOTAL", "totals", "Total:", "Total 12", "Total: 1,234", "Totals = 12", "Grand Total", "GRAND TOTAL: 1 234", "Subtotal", "Sub-Total: 5", "sub total",
			"Total users: 12", "Total Records", "total rows 7", "Total: 12 rows", "12 rows", "1 row", "(12 rows)", "(12 rows affected)", "12 rows selected.", "1,234 records exported", "3 Users", "12 entries",
		},
		"": {
			"Tot", "Totals2", "total-12", "total12", "totalis", "Total.Recall", "total@example.com", "Total Recall", "Total Recall: 5", "grand", "sub", "Subtotality", "Totalx 5", "teetotal",
			"12", "1234567", "12-rows", "12 Main Street", "12 rowers", "rows 12", "(12)", "x rows", "12 rows of corn", "12 x", "Total " + strings.Repeat("1", longestTotals),
		},
	} {
		for _, id := range ids {
			v := (Policy{}).Check(id)
			if verdict(v) != want {
				t.Errorf("Check(%q) = %+v, want %q", id, v, want)
			}
			if v := (Policy{Nulls: []string{}}).Check(id); v.Class != Accepted {
				t.Errorf("Check(%q) with a list of one's own = %+v", id, v)
			}
		}
	}
}

// The pattern as SEMANTICS has it, against the parser, over texts made of its
// characters.
// A comment in a file of one column is no user, and neither is an id with the quotes of another
// country around it, unless the ledger holds it or a list says what is not an id.
func TestCheckAroundIDs(t *testing.T) {
	for want, ids := range map[string][]string{
		"unless known null_id":    {"# comment", "# exported by crm, 2026-11-28", "-- end --", "// old", "; note", "## Kunden", "=== END ===", "*** Ende der Datei ***", "#\u00a0Größe", "--\u00a0x"},
		"unless known damaged_id": {"‚4711‘", "‘4711’", "“4711”", "„4711“", "„4711”", "”4711”", "«4711»", "»4711«", "‹4711›", "「4711」", "“a b”"},
		"":                        {"#4711", "#comment", "# 12", "#1 a", "-- 12", "--a", "- a", "/ a", "a # b", "-5", "**", "=1+1", "'4711'", `"4711"`, "‘4711", "4711’", "O’Brien", "“”", "é“", "’t Hooft"},
	} {
		for _, id := range ids {
			if v := (Policy{}).Check(id); verdict(v) != want {
				if want == "" && v.Code == CodeNull && isPunctuation(id) {
					continue // for another reason
				}
				t.Errorf("Check(%q) = %+v, want %q", id, v, want)
			}
			if v := (Policy{Nulls: []string{}}).Check(id); v.Class != Accepted {
				t.Errorf("Check(%q) where every text is an id = %+v", id, v)
			}
		}
	}
}

func TestNumberDamageIsThePattern(t *testing.T) {
	pattern := regexp.MustCompile(`^\d(\.\d+)?[Ee]\+\d{2,}$`)
	const alphabet = "0159..,EEe++-"
	err := quick.Check(func(seed []byte) bool {
		var b strings.Builder
		for _, c := range seed[:min(len(seed), 9)] {
			b.WriteByte(alphabet[int(c)%len(alphabet)])
		}
		for _, text := range []string{b.String(), "1" + b.String(), "1." + b.String() + "E+10", "1E+" + b.String()} {
			if got := NumberDamage(text); (got == Never) != pattern.MatchString(text) {
				t.Logf("%q: %v", text, got)
				return false
			}
		}
		return true
	}, &quick.Config{MaxCount: 20_000})
	if err != nil {
		t.Error(err)
	}
}
