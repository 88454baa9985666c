package reader

import (
	"usersync/sync/user"
)

// Layout is the format and the columns of a file.
type Layout struct {
	Format string
	// Delimiter of CSV; 0 for JSONL.
	Delimiter rune
	// Header lists the input's own columns, without those that usersync adds in front in
	// a rejects file; for JSONL the keys of the first record, those of nested objects
	// joined by dots.
	Header []string
	// Empty says that the file is JSON that holds no users, such as []: it has no keys.
	Empty bool
	// HeaderRow is the line, from 1, that Header takes for the one with the column names,
	// if it is not the first with text; otherwise 0.
	HeaderRow int
	// SecretColumns are those of Header that provide ssn or password, or that are not sent
	// and are named like a secret.
	SecretColumns []string
	// Hides says of any column or JSON key whether rejects mask all of it, or keys inside it;
	// nil for a layout without a mapping.
	// JSON can have keys that are missing from Header. It is for one goroutine, which need
	// not be the one that reads.
	Hides func(column string) (all, inside bool)
}

// ReadsSecrets reports whether a column of the input provides ssn or password.
func (in *Input) ReadsSecrets() bool { return len(in.columns.mapper.SecretColumns()) > 0 }

// Column is a column of the input and where it goes.
type Column struct {
	Name string
	// Field is what the cell becomes unchanged; empty if there is no such field.
	Field user.Field
	// Read says that the cell is used: for Field, or to compute others.
	Read bool
	// Op says that the cell holds the operation for the row.
	Op bool
}

// Columns returns where each column of the Layout's header goes, in order.
func (in *Input) Columns() []Column {
	columns := make([]Column, len(in.columns.layout.Header))
	for i, name := range in.columns.layout.Header {
		columns[i] = Column{Name: name, Field: in.columns.mapper.FieldOf(i), Read: in.columns.mapper.Uses(i), Op: in.columns.mapper.OpColumn(i)}
	}
	return columns
}
