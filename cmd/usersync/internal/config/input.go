package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/reader/place"
	"usersync/sync/identity"
	"usersync/sync/user"
)

// Input says what to read, and how columns become fields.
type Input struct {
	Rows
	IDs
	Cells
	From     []string
	Access   place.Credentials // to what is at a URL
	Fields   mapping.Fields    // empty: every column is named like its field
	Ignore   []string
	OpColumn mapping.OpRule               // zero: Mode applies to every row
	Original func(user.Rejected) [][]byte // finds masked secrets for a retry; nil otherwise
	// Selected picks the rejects of a retry; nil takes them all.
	Selected func(user.Rejected) reader.Selection
	// RejectedAs tells which ids earlier runs rejected; nil knows none.
	RejectedAs func(r user.Rejected, id string) (same, known bool)
}

// Rows says how files are cut into rows.
type Rows struct {
	Format    string
	Delimiter string // empty: the one that fits
	Escape    byte   // 0: there is none
	Charset   string
	Records   string   // where in a JSON object the array of users is; empty: the one array
	Sheet     string   // of a workbook; empty: the first that is not hidden
	HeaderRow int      // the line with the column names; 0: the first with text
	Comment   string   // how comments begin; empty: there are none
	Footer    []string // how lines after the last user begin
}

// IDs says which texts are ids, and what an id on several rows means.
type IDs struct {
	NullIDs []string // texts that are not ids; empty: the default list
	// ScientificIDs accepts numbers in scientific notation as ids.
	ScientificIDs bool
	// RefuseRepeated refuses rows whose id an earlier row has, with other data.
	RefuseRepeated bool
}

// Cells says what the text of a cell means.
type Cells struct {
	Checks     string   // refuse, drop or warn: what to do with a value that its field cannot have
	Trim       bool     // white space around cells is removed
	NullValues []string // texts that stand for an empty cell
}

func (in *Input) settings() []Setting {
	return slices.Concat([]Setting{
		{Key: "from", Group: GroupInput, Kind: Files, Value: "FILE", Global: true,
			Use: "files, URLs or patterns to read when the command line names none",
			Set: intoList(&in.From)},
	}, in.accessSettings(), in.Rows.settings(), []Setting{
		{Key: "ignore", Group: GroupInput, Flag: "ignore", Kind: List, Value: "COLUMN",
			Use: "columns not to send",
			Set: intoList(&in.Ignore)},
	}, in.IDs.settings(), []Setting{
		{Key: "op_column", Group: GroupInput, Flag: "op-column", Value: "COLUMN", Identifies: FeedIdentity, Flow: true,
			Use: "column that says what to do with each row, instead of mode: upsert, create, update or delete; or {column: C, map: {A: upsert, T: delete}}, or {expr: E}",
			Set: Into(&in.OpColumn, mapping.ParseOpRule)},
	}, in.Cells.settings())
}

func (in *Input) accessSettings() []Setting {
	a := &in.Access
	return []Setting{
		{Key: "https_token", Group: GroupInput, Kind: Secret, Value: "SECRET", Global: true, Added: true,
			Use: "token that is sent with requests for files at an https URL, as Authorization: Bearer",
			Set: IntoSecret(&a.Token)},
		{Key: "sftp_key", Group: GroupInput, Kind: Secret, Value: "SECRET", Global: true, Added: true,
			Use: "private key for sftp, without a passphrase; without it an agent, or the keys in ~/.ssh",
			Set: IntoSecret(&a.Key)},
		{Key: "sftp_password", Group: GroupInput, Kind: Secret, Value: "SECRET", Global: true, Added: true,
			Use: "password for sftp",
			Set: IntoSecret(&a.Password)},
		{Key: "known_hosts", Group: GroupInput, Flag: knownHostsFlag, Kind: Path, Value: "FILE", Global: true, Commands: BetweenParts | ForPublish, Added: true,
			Use: "file with the keys of sftp servers; without it ~/.ssh/known_hosts",
			Set: IntoString(&a.KnownHosts)},
	}
}

func (r *Rows) settings() []Setting {
	return []Setting{
		{Key: "format", Group: GroupInput, Flag: "format", Value: "NAME", Default: "auto", Words: []string{"auto", "csv", "jsonl"},
			Identifies: FeedIdentity, Commands: ForInit,
			Use: "format of the input; auto goes by the file name, then by the content",
			Set: IntoString(&r.Format), Text: func() string { return r.Format }},
		{Key: "delimiter", Group: GroupInput, Flag: "delimiter", Value: "CHAR", Default: "auto", Identifies: FeedIdentity, Commands: ForInit,
			Use: "separator of CSV cells: one character or several, tab, or one written like \\x01; auto finds , ; tab | || and control characters",
			Set: Into(&r.Delimiter, quantity.ParseDelimiter), Text: r.delimiter},
		{Key: "escape", Group: GroupInput, Flag: "escape", Value: "NAME", Default: "none", Words: []string{"none", "backslash"}, Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "how CSV cells hold quotes and delimiters that are text: none doubles quotes inside of quotes, backslash has a \\ in front of them",
			Set: Into(&r.Escape, parseEscape), Text: r.escape},
		{Key: "charset", Group: GroupInput, Flag: "charset", Value: "NAME", Default: "auto", Identifies: FeedIdentity, Commands: ForInit,
			Use: "character set of the input, such as windows-1252; auto is UTF-8, or UTF-16 with a byte order mark",
			Set: Into(&r.Charset, quantity.ParseCharset), Text: func() string { return r.Charset }},
		{Key: "records", Group: GroupInput, Flag: "records", Value: "/KEY", Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "where the array of users is in a JSON object, such as /users or /data/items; without it the one array of objects",
			Set: Into(&r.Records, parseRecords), Text: func() string { return r.Records }},
		{Key: "sheet", Group: GroupInput, Flag: "sheet", Value: "NAME", Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "sheet of an .xlsx workbook; without it the first that is not hidden, and the summary counts the others",
			Set: IntoString(&r.Sheet), Text: func() string { return r.Sheet }},
		{Key: "header_row", Group: GroupInput, Flag: "header-row", Value: "N", Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "line of a CSV file that holds the column names, from 1; lines before it are skipped; without it the first line with text",
			Set: Into(&r.HeaderRow, quantity.ParseCount(1)), Text: r.headerRow},
		{Key: "comment", Group: GroupInput, Flag: "comment", Value: "TEXT", Identifies: FeedIdentity, Commands: ForInit, Added: true,
			Use: "how lines of a CSV file begin that are comments, such as #; they are skipped",
			Set: IntoString(&r.Comment), Text: func() string { return r.Comment }},
		{Key: "footer", Group: GroupInput, Flag: "footer", Kind: List, Value: "TEXT", Identifies: FeedIdentity, Added: true,
			Use: "how the lines after the last user of a CSV file begin, such as Total; they are skipped, and a user after them stops the run",
			Set: intoList(&r.Footer)},
	}
}

func (i *IDs) settings() []Setting {
	return []Setting{
		{Key: "null_ids", Group: GroupInput, Flag: "null-ids", Kind: List, Value: "TEXT", Identifies: FeedIdentity, Added: true,
			Use: "texts that stand for a missing id, instead of the default ones such as NULL and #N/A; none alone accepts every text",
			Set: intoList(&i.NullIDs)},
		{Key: "scientific_ids", Group: GroupInput, Flag: "scientific-ids", Kind: Bool, Default: "false", Identifies: FeedIdentity, Added: true,
			Use: "accept numbers such as 1.23E+15 as ids, although a spreadsheet may have made them from longer ones",
			Set: IntoBool(&i.ScientificIDs)},
		{Key: "repeated_ids", Group: GroupInput, Flag: "repeated-ids", Value: "NAME", Default: "apply", Words: []string{"apply", "refuse"},
			Identifies: RunIdentity, Added: true,
			Use: "what to do with rows whose id an earlier row has, with other data: apply them in the order of the file, or refuse them",
			Set: Into(&i.RefuseRepeated, func(s string) (bool, error) { return s == "refuse", nil })},
	}
}

func (c *Cells) settings() []Setting {
	return []Setting{
		{Key: "trim", Group: GroupInput, Flag: "trim", Kind: Bool, Default: "true", Identifies: FeedIdentity, Added: true,
			Use: "remove white space and characters without a width around each cell; a blank cell is empty; secrets stay unchanged",
			Set: IntoBool(&c.Trim)},
		{Key: "null_values", Group: GroupInput, Flag: "null-values", Kind: List, Value: "TEXT", Identifies: FeedIdentity, Added: true,
			Use: "texts that stand for an empty cell, such as NULL",
			Set: intoList(&c.NullValues)},
		{Key: "checks", Group: GroupInput, Flag: "checks", Value: "NAME", Default: "refuse", Words: []string{"refuse", "drop", "warn"}, Identifies: FeedIdentity, Added: true,
			Use: "what to do with an e-mail address, phone number, birth year, date or postcode that cannot be one: not send the user (refuse), leave an optional field out (drop), or send it (warn); drop also leaves out other optional values that the API does not take",
			Set: IntoString(&c.Checks)},
	}
}

// Policy says which texts are not ids.
func (i *IDs) Policy() identity.Policy {
	p := identity.Policy{Nulls: i.NullIDs, AllowScientific: i.ScientificIDs}
	if len(p.Nulls) == 1 && p.Nulls[0] == "none" {
		p.Nulls = []string{}
	}
	return p
}

func (r *Rows) headerRow() string {
	if r.HeaderRow == 0 {
		return ""
	}
	return strconv.Itoa(r.HeaderRow)
}

// delimiter is a text for ParseDelimiter; empty for auto.
func (r *Rows) delimiter() string {
	if r.Delimiter == "\t" {
		return "tab"
	}
	var b strings.Builder
	for _, d := range r.Delimiter {
		if d < ' ' || d == 0x7f {
			fmt.Fprintf(&b, `\x%02x`, d)
		} else {
			b.WriteRune(d)
		}
	}
	return b.String()
}

func parseEscape(name string) (byte, error) {
	if name == "backslash" {
		return '\\', nil
	}
	return 0, nil
}

func (r *Rows) escape() string {
	if r.Escape != 0 {
		return "backslash"
	}
	return ""
}
