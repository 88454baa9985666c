package writer

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// column is a column of CSV or a key of JSON, and where a T holds its value: a pointer to one
// of the types that csvCells and jsonCells write and read.
type column[T any] struct {
	name string
	of   func(*T) any
}

// resultColumns are the columns of results, in order. To add a column, add a line.
var resultColumns = [...]column[user.Settled]{
	{"record", func(s *user.Settled) any { return &s.Record }},
	{"file", func(s *user.Settled) any { return (*repeated)(&s.File) }},
	{"line", func(s *user.Settled) any { return &s.Line }},
	{"id", func(s *user.Settled) any { return &s.ID }},
	{"remote_id", func(s *user.Settled) any { return &s.Remote }},
	{"action", func(s *user.Settled) any { return &s.Action }},
	{"outcome", func(s *user.Settled) any { return &s.Status }},
	{"http_status", func(s *user.Settled) any { return (*optional)(&s.HTTP) }},
	{"code", func(s *user.Settled) any { return &s.Code }},
	{"detail", func(s *user.Settled) any { return &s.Detail }},
	{"attempts", func(s *user.Settled) any { return &s.Attempts }},
	{"ms", func(s *user.Settled) any { return &s.Took }},
	{"at", func(s *user.Settled) any { return &s.At }},
	{"request_id", func(s *user.Settled) any { return &s.RequestID }},
}

// perRowColumns is how many of them differ from row to row: the record's position and id.
const perRowColumns = 4

// rejectColumns are the columns that rejects put before the input's own, except the last,
// _usersync_raw. The row's file is named only where there are several: see columnsOfRejects.
var rejectColumns = [...]column[Reject]{
	{user.RejectOutcome, func(r *Reject) any { return &r.Status }},
	{user.RejectCode, func(r *Reject) any { return &r.Code }},
	{user.RejectDetail, func(r *Reject) any { return &r.Detail }},
	{user.RejectRun, func(r *Reject) any { return (*repeated)(&r.Run) }},
	{user.RejectRecord, func(r *Reject) any { return &r.Record }},
	{user.RejectFile, func(r *Reject) any { return &r.File }},
	{user.RejectLine, func(r *Reject) any { return &r.Line }},
}

// columnsOfRejects returns rejectColumns, without that of the file unless it is to be named.
func columnsOfRejects(files bool) []column[Reject] {
	return slices.DeleteFunc(slices.Clone(rejectColumns[:]), func(c column[Reject]) bool { return !files && c.name == user.RejectFile })
}

// optional is a number that is left out if it is 0.
type optional int

// repeated is a text that is the same in most rows.
type repeated string

// memo keeps a repeated text and its cell. Reading uses a separate one, because a cell in a
// file need not be what the text would be written as.
type memo struct {
	text string
	cell []byte // nil if there is none yet
}

// names returns the names of columns, joined.
func names[T any](columns []column[T], separator string) string {
	var all []string
	for _, c := range columns {
		all = append(all, c.name)
	}
	return strings.Join(all, separator)
}

// statusOf and opOf return text as a Status or an Op, without copying the text of a known one.
func statusOf(text []byte) user.Status {
	for _, s := range user.Statuses {
		if string(text) == string(s) {
			return s
		}
	}
	return user.Status(text)
}

func opOf(text []byte) user.Op {
	for _, op := range actions {
		if string(text) == string(op) {
			return op
		}
	}
	return user.Op(text)
}

// actions are the calls that a result can name.
var actions = [...]user.Op{"", user.Create, user.Update, user.Delete}
