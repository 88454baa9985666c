package writer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"usersync/sync/user"
)

var (
	noon    = time.Date(2026, 3, 14, 12, 0, 0, 7_000_000, time.UTC)
	example = user.Outcome{
		Record: &user.Record{
			Origin: user.Origin{Record: 1234567, File: "exports/users-2026-03-14.csv.gz", Line: 1234568},
			User:   user.User{ID: "CUST-0001234567"},
		},
		Status: user.Created, Action: user.Create, HTTP: 201, Attempts: 1,
		RequestID: "0f8fad5b-d9cb-469f-a165-70867728950e", Took: 187 * time.Millisecond, At: noon,
	}
)

// resultsHeader is how files of earlier versions begin.
const resultsHeader = "record,file,line,id,remote_id,action,outcome,http_status,code,detail,attempts,ms,at,request_id\n"

// result is one line of results, as encoding/json reads it.
type result struct {
	Record     int         `json:"record"`
	File       string      `json:"file"`
	Line       int         `json:"line"`
	ID         string      `json:"id"`
	RemoteID   string      `json:"remote_id"`
	Action     user.Op     `json:"action"`
	Outcome    user.Status `json:"outcome"`
	HTTPStatus *int        `json:"http_status"`
	Code       string      `json:"code"`
	Detail     string      `json:"detail"`
	Attempts   int         `json:"attempts"`
	MS         int64       `json:"ms"`
	At         *time.Time  `json:"at"`
	RequestID  string      `json:"request_id"`
}

// anyText draws awkward text more often than chance would.
var anyText = rapid.OneOf(
	rapid.String(),
	rapid.StringMatching(`[=+\-@\t\r\n'" ,;|a]{0,6}`),
	rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	rapid.SampledFrom([]string{"", "'", `'"x"`, `'"`, "''", "\r\n", "a\r\nb", `\.`, " lead", "\x00", "\ufeff"}),
)

func anyOutcome(t *rapid.T) user.Outcome {
	text := func(label string) string { return anyText.Draw(t, label) }
	return user.Outcome{
		Record: &user.Record{
			Origin: user.Origin{Record: rapid.IntMin(1).Draw(t, "record"), File: text("file"), Line: rapid.IntMin(0).Draw(t, "line")},
			User:   user.User{ID: text("id")},
		},
		Status:    rapid.SampledFrom(user.Statuses[:]).Draw(t, "status"),
		Action:    rapid.SampledFrom([]user.Op{"", user.Create, user.Update, user.Delete}).Draw(t, "action"),
		Code:      text("code"),
		Detail:    text("detail"),
		RequestID: text("request_id"),
		Remote:    text("remote"),
		HTTP:      rapid.SampledFrom([]int{0, 201, 503}).Draw(t, "http"),
		Attempts:  rapid.IntRange(0, 9).Draw(t, "attempts"),
		Took:      time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "took")),
		At:        time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "at")).UTC(),
	}
}

func want(o user.Outcome, text func(string) string) result {
	r := result{
		Record: o.Record.Origin.Record, File: text(o.Record.Origin.File), Line: o.Record.Origin.Line,
		ID: text(o.Record.User.ID), RemoteID: text(o.Remote), Action: o.Action, Outcome: o.Status,
		Code: text(o.Code), Detail: text(o.Detail), Attempts: o.Attempts, MS: o.Took.Milliseconds(),
		At: &o.At, RequestID: text(o.RequestID),
	}
	if o.HTTP != 0 {
		r.HTTPStatus = &o.HTTP
	}
	return r
}

func asIs(text string) string { return text }

// asJSON is what JSON can hold of text.
func asJSON(text string) string { return string([]rune(text)) }

func fromCells(cells []string) (result, error) {
	text := func(i int) string { return UnquoteCell(cells[i]) }
	var errs []error
	number := func(i int) int {
		n, err := strconv.Atoi(cells[i])
		errs = append(errs, err)
		return n
	}
	at, err := time.Parse(time.RFC3339Nano, cells[12])
	errs = append(errs, err)
	r := result{
		Record: number(0), File: text(1), Line: number(2), ID: text(3), RemoteID: text(4),
		Action: user.Op(cells[5]), Outcome: user.Status(cells[6]), Code: text(8), Detail: text(9),
		Attempts: number(10), MS: int64(number(11)), At: &at, RequestID: text(13),
	}
	if cells[7] != "" {
		status := number(7)
		r.HTTPStatus = &status
	}
	return r, errors.Join(errs...)
}

func TestResultsAreReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outcomes := rapid.SliceOfN(rapid.Custom(anyOutcome), 1, 5).Draw(t, "outcomes")
		csvReadsBack(t, outcomes)
		jsonlReadsBack(t, outcomes)
	})
}

func FuzzResults(f *testing.F) {
	f.Add("users.csv", "4711", "a\r\nb", "'")
	f.Add("\xff", `'"x"`, "=1+1", " ,\"\x00")
	f.Fuzz(func(t *testing.T, file, id, code, detail string) {
		o := example
		o.Record = &user.Record{Origin: user.Origin{Record: 1, File: file, Line: 2}, User: user.User{ID: id}}
		o.Code, o.Detail, o.Remote, o.RequestID = code, detail, id+code, detail+id
		outcomes := []user.Outcome{o, example}
		csvReadsBack(t, outcomes)
		jsonlReadsBack(t, outcomes)
	})
}

type fatal interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// mustResults is NewResults for a writer that accepts the header.
func mustResults(t fatal, w io.Writer, f Format) *Results {
	t.Helper()
	r, err := NewResults(w, f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func csvReadsBack(t fatal, outcomes []user.Outcome) {
	t.Helper()
	var out bytes.Buffer
	w, err := NewResults(&out, FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	lines := written(t, w, &out, outcomes)
	if string(lines[0]) != resultsHeader {
		t.Fatalf("header = %s", lines[0])
	}
	for i, o := range outcomes {
		cells, err := csv.NewReader(bytes.NewReader(lines[i+1])).Read()
		if err != nil {
			t.Fatal(err)
		}
		got, err := fromCells(cells)
		if diff := cmp.Diff(want(o, asIs), got); err != nil || diff != "" {
			t.Fatalf("%v (-written +read):\n%s", err, diff)
		}
		for _, cell := range cells {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Fatalf("cell %q can be taken for a formula", cell)
			}
		}
	}
}

// written returns what w wrote to out: one line per outcome.
func written(t fatal, w Writer, out *bytes.Buffer, outcomes []user.Outcome) [][]byte {
	t.Helper()
	before := bytes.Count(out.Bytes(), []byte("\n"))
	for _, o := range outcomes {
		if err := w.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	lines := bytes.SplitAfter(out.Bytes(), []byte("\n"))
	if n := len(lines) - 1 - before; n != len(outcomes) {
		t.Fatalf("%d lines for %d outcomes:\n%s", n, len(outcomes), out)
	}
	return lines
}

func jsonlReadsBack(t fatal, outcomes []user.Outcome) {
	t.Helper()
	var out bytes.Buffer
	lines := written(t, mustResults(t, &out, FormatJSONL), &out, outcomes)
	for i, o := range outcomes {
		got, d := result{}, json.NewDecoder(bytes.NewReader(lines[i]))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want(o, asJSON), got); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	}
}

func TestResultsLookLikeThis(t *testing.T) {
	unsent := user.Outcome{
		Record: &user.Record{Origin: user.Origin{Record: 2, File: "a, b.csv", Line: 3}, User: user.User{ID: "=1+1"}},
		Status: user.Invalid, Code: "bad_phone", Detail: `column Mobile (phone): must be "E.164"`,
	}
	var lines, objects bytes.Buffer
	c, err := NewResults(&lines, FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []Writer{c, mustResults(t, &objects, FormatJSONL)} {
		if err := errors.Join(w.Write(&example), w.Write(&unsent)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(resultsHeader+
		`1234567,exports/users-2026-03-14.csv.gz,1234568,CUST-0001234567,,create,created,201,,,1,187,2026-03-14T12:00:00.007Z,0f8fad5b-d9cb-469f-a165-70867728950e
2,"a, b.csv",3,'=1+1,,,invalid,,bad_phone,"column Mobile (phone): must be ""E.164""",0,0,,
`, lines.String()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`{"record":1234567,"file":"exports/users-2026-03-14.csv.gz","line":1234568,"id":"CUST-0001234567","remote_id":"","action":"create","outcome":"created","http_status":201,"code":"","detail":"","attempts":1,"ms":187,"at":"2026-03-14T12:00:00.007Z","request_id":"0f8fad5b-d9cb-469f-a165-70867728950e"}
{"record":2,"file":"a, b.csv","line":3,"id":"=1+1","remote_id":"","action":"","outcome":"invalid","http_status":null,"code":"bad_phone","detail":"column Mobile (phone): must be \"E.164\"","attempts":0,"ms":0,"at":null,"request_id":""}
`, objects.String()); diff != "" {
		t.Error(diff)
	}
}

func TestRemoteIDFallsBackToTheRecords(t *testing.T) {
	var out bytes.Buffer
	o := user.Outcome{Record: &user.Record{Remote: "r-1"}, Status: user.Updated}
	if err := mustResults(t, &out, FormatJSONL).Write(&o); err != nil || !strings.Contains(out.String(), `"remote_id":"r-1"`) {
		t.Errorf("%v: %s", err, &out)
	}
}

func TestOnlyFinalOutcomesAreWritten(t *testing.T) {
	c, err := NewResults(io.Discard, FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	record := &user.Record{Origin: user.Origin{Record: 7}}
	for _, w := range []Writer{c, mustResults(t, io.Discard, FormatJSONL), rejects(t, io.Discard, RejectsOptions{Format: FormatCSV})} {
		for _, status := range []user.Status{user.Unsettled, user.Exists, user.Missing, user.Busy} {
			if err := w.Write(&user.Outcome{Record: record, Status: status}); err == nil {
				t.Errorf("%T wrote status %q", w, status)
			}
		}
		if err := w.Write(&user.Outcome{Status: user.Created}); err == nil {
			t.Errorf("%T wrote an outcome without a record", w)
		}
	}
}

type full struct{ after int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFullDiskIsReported(t *testing.T) {
	if _, err := NewResults(&full{}, FormatCSV); !errors.Is(err, errFull) {
		t.Errorf("NewResults = %v", err)
	}
	c, err := NewResults(&full{after: 1}, FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []Writer{c, mustResults(t, &full{}, FormatJSONL)} {
		if err := w.Write(&example); !errors.Is(err, errFull) {
			t.Errorf("%T.Write = %v", w, err)
		}
	}
}
