package writer

import (
	"bytes"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"usersync/sync/user"
)

// parseCSVResult fills r from a line of results. It is lenient: the line is
// compared with what r would be written as.
func parseCSVResult(r *Result, line []byte) bool {
	var space [14][]byte
	cells := row{','}.cut(space[:0], line)
	if len(cells) != len(space) {
		return false
	}
	ok := true
	text := func(i int) string { return UnquoteCell(uncell(cells[i])) }
	number := func(i int) int {
		n, err := strconv.Atoi(string(cells[i]))
		ok = ok && err == nil
		return n
	}
	r.Record, r.File, r.Line, r.ID, r.Remote = number(0), text(1), number(2), text(3), text(4)
	r.Action, r.Outcome = user.Op(cells[5]), user.Status(cells[6])
	if len(cells[7]) > 0 {
		r.HTTP = number(7)
	}
	r.Code, r.Detail, r.Attempts = text(8), text(9), number(10)
	r.Took = time.Duration(number(11)) * time.Millisecond
	if len(cells[12]) > 0 {
		var err error
		r.At, err = time.Parse(time.RFC3339Nano, string(cells[12]))
		ok = ok && err == nil
	}
	r.RequestID = text(13)
	return ok
}

// uncell undoes the quoting of row.cell.
func uncell(cell []byte) string {
	if n := len(cell); n >= 2 && cell[0] == '"' && cell[n-1] == '"' {
		return string(bytes.ReplaceAll(cell[1:n-1], []byte(`""`), []byte{'"'}))
	}
	return string(cell)
}

// resultObject is a line of JSON results.
type resultObject struct {
	Record    int         `json:"record"`
	File      string      `json:"file"`
	Line      int         `json:"line"`
	ID        string      `json:"id"`
	RemoteID  string      `json:"remote_id"`
	Action    user.Op     `json:"action"`
	Outcome   user.Status `json:"outcome"`
	HTTP      int         `json:"http_status"` // null is 0
	Code      string      `json:"code"`
	Detail    string      `json:"detail"`
	Attempts  int         `json:"attempts"`
	MS        int         `json:"ms"`
	At        time.Time   `json:"at"` // null is the zero time
	RequestID string      `json:"request_id"`
}

// parseJSONResult fills r from a line of results, as parseCSVResult does.
func parseJSONResult(r *Result, line []byte) bool {
	var o resultObject
	if err := json.Unmarshal(line, &o); err != nil {
		return false
	}
	*r = Result{
		Place: r.Place, Record: o.Record, File: o.File, Line: o.Line, ID: o.ID, Remote: o.RemoteID,
		Action: o.Action, Outcome: o.Outcome, HTTP: o.HTTP, Code: o.Code, Detail: o.Detail, Attempts: o.Attempts,
		Took: time.Duration(o.MS) * time.Millisecond, At: o.At, RequestID: o.RequestID,
	}
	return true
}
