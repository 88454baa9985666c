package identity

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/pseudonym"
)

// Class says whether a text is an id, and who may decide that it is one after all.
type Class uint8

// The classes, from best to worst.
const (
	// Accepted is an id.
	Accepted Class = iota
	// UnlessKnown is not an id, unless the ledger holds exactly it. Then it is an
	// id like any other.
	UnlessKnown
	// Never is not an id, whatever the ledger holds, but it can be read. If the
	// ledger holds exactly it, left there by an earlier version, the row is still
	// invalid and that user counts as seen: nothing is deleted because of the row.
	Never
	// Unreadable is a text from which no id can be read. The ledger need not be
	// asked.
	Unreadable
)

// The codes of texts that are not ids.
const (
	CodeNone    = "no_id"      // empty
	CodeBad     = "bad_id"     // cannot be part of an address, or cannot be seen
	CodeNull    = "null_id"    // stands for a missing value
	CodeDamaged = "damaged_id" // was an id once
	CodePseudo  = "pseudonym"  // stands for an id in results
)

// CodeHeader is the code of a row that is a header: what stands where others have their id is the
// name of a column.
const CodeHeader = "header_again"

// Verdict is what Check has to say about a text. The zero Verdict accepts it.
type Verdict struct {
	Class Class
	Code  string // one of the codes; empty if the class is Accepted
	Rule  string // what must hold, such as "must not be empty"; never holds the text
	Hint  string // what to do; may be empty
}

// Policy is what a person can set about ids. The zero Policy is the default.
type Policy struct {
	// Nulls replaces the texts that stand for a missing value. They are compared
	// exactly and are all Never. Nil means the default list; an empty list
	// accepts all of them.
	Nulls []string
	// AllowScientific accepts numbers in scientific notation, such as 1.23E+15.
	AllowScientific bool
}

// Check tells whether id can be the id of a user. Clean it first.
// An id that is accepted costs no allocation, and neither does one that is not.
func (p Policy) Check(id string) Verdict {
	switch {
	case id == "":
		return Verdict{Unreadable, CodeNone, "must not be empty", ""}
	case id == "." || id == "..":
		return Verdict{Unreadable, CodeBad, "must not be . or ..", ""}
	case id[0] == '~' && pseudonym.Is(id):
		return Verdict{Unreadable, CodePseudo, "must not be a pseudonym, as results hold with redact_ids in place of an id",
			"use rejects, which hold the row as it was read, or the original input"}
	}
	if v := checkCharacters(id); v.Class != Accepted {
		return v
	}
	if p.Nulls == nil && IsTotals(id) {
		return Verdict{UnlessKnown, CodeNull, "must not be what a row of totals begins with, such as Total",
			"remove the row, or name it under footer"}
	}
	if v := p.aroundIDs(id); v.Class != Accepted {
		return v
	}
	if class := p.null(id); class != Accepted {
		return Verdict{class, CodeNull, "must not be a word for a missing value, such as NULL or #N/A",
			"fill the cell, or leave the row out"}
	}
	if p.AllowScientific {
		return Verdict{}
	}
	if class := NumberDamage(id); class != Accepted {
		return Verdict{class, CodeDamaged, "must not be a number in scientific notation, such as 1.23E+15, which a spreadsheet writes in place of a long id",
			"export the column as text"}
	}
	return Verdict{}
}

// aroundIDs refuses what stands around ids. Like the default texts for a missing value, it is an id
// if a list replaces them.
func (p Policy) aroundIDs(id string) Verdict {
	switch {
	case p.Nulls != nil:
	case IsComment(id):
		return Verdict{UnlessKnown, CodeNull, "must not be what a comment begins with, such as # or -- before a blank",
			"remove the row, or name how it begins under comment"}
	case IsQuoted(id):
		return Verdict{UnlessKnown, CodeDamaged, "must not be in quotes that are not those of CSV, such as “ and ”",
			"write the file with plain quotes, or remove these with an expression"}
	}
	return Verdict{}
}

func (p Policy) null(id string) Class {
	switch {
	case p.Nulls == nil:
		return nullMarker(id)
	case slices.Contains(p.Nulls, id):
		return Never
	}
	return Accepted
}

// checkCharacters asks about more than a byte only where there is more than ASCII.
func checkCharacters(id string) Verdict {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= utf8.RuneSelf:
			return checkRunes(id[i:])
		case c < ' ' || c == 0x7f:
			return hasControl()
		}
	}
	return Verdict{}
}

// checkRunes reads on after a lost character: worse may follow.
func checkRunes(rest string) (found Verdict) {
	for i, r := range rest {
		switch {
		case isControl(r):
			return hasControl()
		case Invisible(r):
			return Verdict{Unreadable, CodeBad, "must not hold invisible characters", ""}
		case r != utf8.RuneError:
		case !strings.HasPrefix(rest[i:], "\uFFFD"): // a byte that is not UTF-8 decodes to the same rune
			return Verdict{Unreadable, CodeBad, "must be valid UTF-8", ""}
		default:
			found = Verdict{UnlessKnown, CodeDamaged, "must not hold U+FFFD, which stands for a character that was lost",
				"export the file again, as UTF-8"}
		}
	}
	return found
}

func hasControl() Verdict {
	return Verdict{Unreadable, CodeBad, "must not hold control characters", ""}
}

// isControl also takes line separators, which end a line as a line feed does, and
// noncharacters, which Unicode keeps out of interchange: U+FFFE is a byte order
// mark the wrong way round, and what follows it was misread.
func isControl(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Noncharacter_Code_Point, r)
}
