package proof

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// execution is one run of the program, and its results.
type execution struct {
	exit           int
	stdout, stderr string
	dir            string // the run directory
	wall           time.Duration
	cpu            time.Duration
	peak           int64 // resident memory, bytes
}

// run runs `usersync run` with a runs directory of its own.
func run(t testing.TB, args ...string) execution {
	t.Helper()
	return newSite(t).run(t, args...)
}

func (o execution) wantExit(t testing.TB, code int) {
	t.Helper()
	if o.exit != code {
		t.Fatalf("exit %d, want %d\n%s%s", o.exit, code, o.stdout, o.stderr)
	}
}

// row is one line of results.
type row struct {
	record, line, attempts    int
	id, outcome, code, detail string
}

// results reads the results of a finished run, in order.
func (o execution) results(t testing.TB) []row { return o.rows(t, "results.csv") }

func (o execution) rows(t testing.TB, name string) (rows []row) {
	t.Helper()
	o.each(t, name, func(r row) { rows = append(rows, r) })
	return rows
}

// tally counts the outcomes of a finished run without keeping rows: the memory of this
// process counts toward the peak memory of each process that it starts.
func (o execution) tally(t testing.TB) map[string]int {
	t.Helper()
	counts := map[string]int{}
	o.each(t, "results.csv", func(r row) { counts[r.outcome]++ })
	return counts
}

func (o execution) each(t testing.TB, name string, do func(row)) {
	t.Helper()
	f, err := os.Open(filepath.Join(o.dir, name))
	if err != nil {
		t.Fatalf("%v\n%s", err, o.stderr)
	}
	defer f.Close()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range header {
		at[name] = i
	}
	number := func(cells []string, name string) int {
		n, err := strconv.Atoi(cells[at[name]])
		if err != nil {
			t.Fatalf("column %s: %v", name, err)
		}
		return n
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		do(row{
			record: number(cells, "record"), line: number(cells, "line"), attempts: number(cells, "attempts"),
			id: cells[at["id"]], outcome: cells[at["outcome"]], code: cells[at["code"]], detail: cells[at["detail"]],
		})
	}
}

// count counts the outcomes of rows.
func count(rows []row) map[string]int {
	counts := map[string]int{}
	for _, r := range rows {
		counts[r.outcome]++
	}
	return counts
}

// summary reads summary.json.
func (o execution) summary(t testing.TB) (s struct {
	State       string
	ExitCode    int `json:"exit_code"`
	SettledUpTo int `json:"settled_up_to"`
}) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(o.dir, "summary.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, o.stderr)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}
