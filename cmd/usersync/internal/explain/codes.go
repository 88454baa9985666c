package explain

import (
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/codes"
)

// sent reports whether a call carried the row. Its code may be one that the API made up then,
// even if a rule of usersync has the same name.
func sent(row *writer.Result) bool { return row.Attempts > 0 && row.Status != user.Invalid }

// entryOf explains the code of a row. It reports false if the code is the API's own.
func entryOf(row *writer.Result) (codes.Entry, bool) {
	if sent(row) {
		return codes.OfSent(row.Code)
	}
	return codes.Lookup(row.Code)
}

// explainCode returns what the code of a row means and what to do; empty without one.
func explainCode(row *writer.Result) string {
	if row.Code == "" {
		return ""
	}
	e, ok := entryOf(row)
	if !ok {
		return "the API's own code; its reference explains it."
	}
	if e.Do == "Nothing." {
		return codes.Plain(e.Meaning)
	}
	return codes.Plain(e.Meaning + " " + e.Do)
}
