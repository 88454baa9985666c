package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
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

func (in *Input) settings() []setting.Setting {
	return slices.Concat([]setting.Setting{
		{Key: "from", Group: setting.GroupInput, Kind: setting.Files, Value: "FILE", Global: true,
			Use: "files, URLs or patterns to read when the command line names none",
			Set: setting.IntoList(&in.From)},
	}, in.accessSettings(), in.Rows.settings(), []setting.Setting{
		{Key: "ignore", Group: setting.GroupInput, Flag: "ignore", Kind: setting.List, Value: "COLUMN",
			Use: "columns not to send",
			Set: setting.IntoList(&in.Ignore)},
	}, in.IDs.settings(), []setting.Setting{
		{Key: "op_column", Group: setting.GroupInput, Flag: "op-column", Value: "COLUMN", Identifies: setting.FeedIdentity, Flow: true,
			Use: "column that says what to do with each row, instead of mode: upsert, create, update or delete; or {column: C, map: {A: upsert, T: delete}}, or {expr: E}",
			Set: setting.Into(&in.OpColumn, mapping.ParseOpRule)},
	}, in.Cells.settings())
}

func (in *Input) accessSettings() []setting.Setting {
	a := &in.Access
	return []setting.Setting{
		{Key: "https_token", Group: setting.GroupInput, Kind: setting.Secret, Value: "SECRET", Global: true, Added: true,
			Use: "token that is sent with requests for files at an https URL, as Authorization: Bearer",
			Set: setting.IntoSecret(&a.Token)},
		{Key: "sftp_key", Group: setting.GroupInput, Kind: setting.Secret, Value: "SECRET", Global: true, Added: true,
			Use: "private key for sftp, without a passphrase; without it an agent, or the keys in ~/.ssh",
			Set: setting.IntoSecret(&a.Key)},
		{Key: "sftp_password", Group: setting.GroupInput, Kind: setting.Secret, Value: "SECRET", Global: true, Added: true,
			Use: "password for sftp",
			Set: setting.IntoSecret(&a.Password)},
		{Key: "known_hosts", Group: setting.GroupInput, Flag: knownHostsFlag, Kind: setting.Path, Value: "FILE", Global: true, Commands: setting.BetweenParts | setting.ForPublish, Added: true,
			Use: "file with the keys of sftp servers; without it ~/.ssh/known_hosts",
			Set: setting.IntoString(&a.KnownHosts)},
	}
}

func (r *Rows) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "format", Group: setting.GroupInput, Flag: "format", Value: "NAME", Default: "auto", Words: []string{"auto", "csv", "jsonl"},
			Identifies: setting.FeedIdentity, Commands: setting.ForInit,
			Use: "format of the input; auto goes by the file name, then by the content",
			Set: setting.IntoString(&r.Format), Text: func() string { return r.Format }},
		{Key: "delimiter", Group: setting.GroupInput, Flag: "delimiter", Value: "CHAR", Default: "auto", Identifies: setting.FeedIdentity, Commands: setting.ForInit,
			Use: "separator of CSV cells: one character or several, tab, or one written like \\x01; auto finds , ; tab | || and control characters",
			Set: setting.Into(&r.Delimiter, quantity.ParseDelimiter), Text: r.delimiter},
		{Key: "escape", Group: setting.GroupInput, Flag: "escape", Value: "NAME", Default: "none", Words: []string{"none", "backslash"}, Identifies: setting.FeedIdentity, Commands: setting.ForInit, Added: true,
			Use: "how CSV cells hold quotes and delimiters that are text: none doubles quotes inside of quotes, backslash has a \\ in front of them",
			Set: setting.Into(&r.Escape, parseEscape), Text: r.escape},
		{Key: "charset", Group: setting.GroupInput, Flag: "charset", Value: "NAME", Default: "auto", Identifies: setting.FeedIdentity, Commands: setting.ForInit,
			Use: "character set of the input, such as windows-1252; auto is UTF-8, or UTF-16 with a byte order mark",
			Set: setting.Into(&r.Charset, quantity.ParseCharset), Text: func() string { return r.Charset }},
		{Key: "records", Group: setting.GroupInput, Flag: "records", Value: "/KEY", Identifies: setting.FeedIdentity, Commands: setting.ForInit, Added: true,
			Use: "where the array of users is in a JSON object, such as /users or /data/items; without it the one array of objects",
			Set: setting.Into(&r.Records, parseRecords), Text: func() string { return r.Records }},
		{Key: "sheet", Group: setting.GroupInput, Flag: "sheet", Value: "NAME", Identifies: setting.FeedIdentity, Commands: setting.ForInit, Added: true,
			Use: "sheet of an .xlsx workbook; without it the first that is not hidden, and the summary counts the others",
			Set: setting.IntoString(&r.Sheet), Text: func() string { return r.Sheet }},
		{Key: "header_row", Group: setting.GroupInput, Flag: "header-row", Value: "N", Identifies: setting.FeedIdentity, Commands: setting.ForInit, Added: true,
			Use: "line of a CSV file that holds the column names, from 1; lines before it are skipped; without it the first line with text",
			Set: setting.Into(&r.HeaderRow, quantity.ParseCount(1)), Text: r.headerRow},
		{Key: "comment", Group: setting.GroupInput, Flag: "comment", Value: "TEXT", Identifies: setting.FeedIdentity, Commands: setting.ForInit, Added: true,
			Use: "how lines of a CSV file begin that are comments, such as #; they are skipped",
			Set: setting.IntoString(&r.Comment), Text: func() string { return r.Comment }},
		{Key: "footer", Group: setting.GroupInput, Flag: "footer", Kind: setting.List, Value: "TEXT", Identifies: setting.FeedIdentity, Added: true,
			Use: "how the lines after the last user of a CSV file begin, such as Total; they are skipped, and a user after them stops the run",
			Set: setting.IntoList(&r.Footer)},
	}
}

func (i *IDs) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "null_ids", Group: setting.GroupInput, Flag: "null-ids", Kind: setting.List, Value: "TEXT", Identifies: setting.FeedIdentity, Added: true,
			Use: "texts that stand for a missing id, instead of the default ones such as NULL and #N/A; none alone accepts every text",
			Set: setting.IntoList(&i.NullIDs)},
		{Key: "scientific_ids", Group: setting.GroupInput, Flag: "scientific-ids", Kind: setting.Bool, Default: "false", Identifies: setting.FeedIdentity, Added: true,
			Use: "accept numbers such as 1.23E+15 as ids, although a spreadsheet may have made them from longer ones",
			Set: setting.IntoBool(&i.ScientificIDs)},
		{Key: "repeated_ids", Group: setting.GroupInput, Flag: "repeated-ids", Value: "NAME", Default: "apply", Words: []string{"apply", "refuse"},
			Identifies: setting.RunIdentity, Added: true,
			Use: "what to do with rows whose id an earlier row has, with other data: apply them in the order of the file, or refuse them",
			Set: setting.Into(&i.RefuseRepeated, func(s string) (bool, error) { return s == "refuse", nil })},
	}
}

func (c *Cells) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "trim", Group: setting.GroupInput, Flag: "trim", Kind: setting.Bool, Default: "true", Identifies: setting.FeedIdentity, Added: true,
			Use: "remove white space and characters without a width around each cell; a blank cell is empty; secrets stay unchanged",
			Set: setting.IntoBool(&c.Trim)},
		{Key: "null_values", Group: setting.GroupInput, Flag: "null-values", Kind: setting.List, Value: "TEXT", Identifies: setting.FeedIdentity, Added: true,
			Use: "texts that stand for an empty cell, such as NULL",
			Set: setting.IntoList(&c.NullValues)},
		{Key: "checks", Group: setting.GroupInput, Flag: "checks", Value: "NAME", Default: "refuse", Words: []string{"refuse", "drop", "warn"}, Identifies: setting.FeedIdentity, Added: true,
			Use: "what to do with an e-mail address, phone number, birth year, date or postcode that cannot be one: not send the user (refuse), leave an optional field out (drop), or send it (warn); drop also leaves out other optional values that the API does not take",
			Set: setting.IntoString(&c.Checks)},
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
