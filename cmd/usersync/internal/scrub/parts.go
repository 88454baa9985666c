package scrub

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/attempts"
	"usersync/writer/rundir"
)

// facts are what the journal says of the run.
type facts struct {
	Version     string    `json:"version"`
	Started     time.Time `json:"started"`
	Destination string    `json:"destination"`
	Mode        string    `json:"mode"`
	Sandbox     bool      `json:"sandbox"`
	Retry       bool      `json:"retry"`
	Plan        bool      `json:"plan"`
	Ledger      bool      `json:"ledger"`
	Resumed     int       `json:"resumed"`
	Checkpoint  int       `json:"checkpoint"`
	State       string    `json:"state"`
	Unsafe      []user.Op `json:"unsafe,omitempty"`
	Synced      bool      `json:"synced"`
	Inputs      []input   `json:"inputs"`
}

// input is an input file, without its name.
type input struct {
	Format string `json:"format"`
	Bytes  int64  `json:"bytes,omitempty"`
	Stdin  bool   `json:"stdin,omitempty"`
}

func runFacts(r *history.Run) facts {
	h := r.Journal.Header
	f := facts{Version: h.Version, Started: h.Started.UTC(), Destination: h.Scope.Destination, Mode: h.Mode, Sandbox: h.Sandbox, Retry: h.Retried != "",
		Plan: h.Plan != nil, Ledger: h.Ledger != "", Resumed: len(r.Journal.Resumed), Checkpoint: r.Journal.Checkpoint.Record, State: "killed or running",
		Unsafe: h.Unsafe, Synced: h.Synced}
	if r.Journal.End != nil {
		f.State = string(r.Journal.End.State)
	}
	for _, in := range h.Inputs {
		f.Inputs = append(f.Inputs, input{Format: in.Format, Bytes: in.Size, Stdin: in.Path == "-"})
	}
	return f
}

// summary adds the summary. A run that was killed has none, or that of a part before it was
// continued, which counts less than was done.
func (b *bundle) summary(dir *rundir.Dir) error {
	f, err := dir.Read(rundir.SummaryName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	var document any
	d := json.NewDecoder(f)
	d.UseNumber()
	if err := d.Decode(&document); err != nil {
		return fmt.Errorf("read summary.json: %w", err)
	}
	return b.addJSON(rundir.SummaryName, b.mask.value("", document))
}

// mostRows is how many rows of results a bundle has at most, in bytes a few MB before they
// are packed; rejected ones come first.
const (
	mostRejected = 9000
	mostOthers   = 1000
)

// row is a row of results.
type row struct {
	Record       int         `json:"record"`
	Input        int         `json:"input,omitempty"` // which file, from 1
	Line         int         `json:"line,omitempty"`
	ID           string      `json:"id"`
	Remote       string      `json:"remote_id,omitempty"`
	Action       user.Op     `json:"action,omitempty"`
	Outcome      user.Status `json:"outcome"`
	HTTP         int         `json:"http_status,omitempty"`
	Reason       string      `json:"code,omitempty"`
	Detail       string      `json:"detail,omitempty"`
	Attempts     int         `json:"attempts"`
	Milliseconds int64       `json:"ms"`
	At           time.Time   `json:"at,omitzero"`
	RequestID    string      `json:"request_id,omitempty"`
}

// results adds rows of results, in order.
func (b *bundle) results(dir *rundir.Dir) error {
	var out bytes.Buffer
	inputs, rejected, others := map[string]int{}, 0, 0
	err := eachResult(dir, func(r *writer.Result) error {
		count, most := &others, mostOthers
		if r.Status.Rejected() {
			count, most = &rejected, mostRejected
		}
		if *count++; *count > most {
			b.leftOut++
			return nil
		}
		if r.File != "" && inputs[r.File] == 0 {
			inputs[r.File] = len(inputs) + 1
		}
		b.written.Rows++
		return json.NewEncoder(&out).Encode(b.row(r, inputs[r.File]))
	}, &b.written.Unreadable)
	if err != nil {
		return err
	}
	b.add("results.jsonl", out.Bytes())
	return nil
}

func (b *bundle) row(r *writer.Result, input int) row {
	code := r.Code
	if code != "" && !word().MatchString(code) {
		code = removed
	}
	return row{Record: r.Record, Input: input, Line: r.Line, ID: b.mask.id(r.ID), Remote: b.mask.id(r.Remote), Action: r.Action, Outcome: r.Status,
		HTTP: r.HTTP, Reason: code, Detail: b.mask.phrase(r.Detail), Attempts: r.Attempts, Milliseconds: r.Took.Milliseconds(), At: r.At, RequestID: b.mask.id(r.RequestID)}
}

// eachResult calls do for each row, and counts those that are not as usersync writes them.
func eachResult(dir *rundir.Dir, do func(*writer.Result) error, unreadable *int) error {
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		f, err := dir.Read("results." + string(format))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		defer f.Close() // it was only read
		for r, err := range writer.ReadResults(f, filepath.Base(f.Name()), format) {
			if _, odd := errors.AsType[*writer.LineError](err); odd {
				*unreadable++
				continue
			}
			if err == nil {
				err = do(&r)
			}
			if err != nil {
				return fmt.Errorf("read results: %w", err)
			}
		}
	}
	return nil
}

// attempts adds the log of calls, without lines that a kill has cut.
func (b *bundle) attempts(dir *rundir.Dir) error {
	f, err := dir.Read(rundir.AttemptsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	all, _, err := attempts.Of(bufio.NewReader(f), func(*attempts.Attempt) bool { return true })
	if err != nil {
		return fmt.Errorf("read %s: %w", rundir.AttemptsName, err)
	}
	var out bytes.Buffer
	for i := range all {
		a := &all[i]
		a.RequestID = b.mask.id(a.RequestID)
		if !word().MatchString(a.Result) {
			a.Result = removed
		}
		if err := json.NewEncoder(&out).Encode(a); err != nil {
			return err
		}
	}
	b.calls = len(all)
	b.add(rundir.AttemptsName, out.Bytes())
	return nil
}

func (b *bundle) aboutSummary() string {
	if !b.ended {
		return "left out: the run has not ended, or was killed, so that a summary would count less than it has done"
	}
	return "the summary, if the run has one: counts, calls, pace, times, codes, groups of errors"
}

// readme says what the bundle holds, and what was removed.
func (b *bundle) readme() string {
	return fmt.Sprintf(`What usersync scrub has kept of a run. It is meant to be attached to a public report.

run.json         when and how the run was started, and how it ended
settings.json    settings: numbers, switches and words of usersync; the value of every other setting is removed
summary.json     %s
results.jsonl    %d rows of results, the first %d rejected ones and the first %d others; %d rows are left out
attempts.jsonl   %d calls that did not succeed at the first try, if there were any

Replaced by a hash: ids, the API's own keys, ids of calls. The hash is keyed with a random key
that is kept nowhere: the same id has the same hash in this bundle, and in no other.
Removed: rejects, journal, ledger, index and lists of users; every value of a user; names of
files, hosts, accounts, persons and machines; command lines; the mapping; passwords and tokens,
also as references; checksums of files. Of sentences, words that are not in usersync's list of
harmless words are replaced by an ellipsis.
`, b.aboutSummary(), b.written.Rows, mostRejected, mostOthers, b.leftOut, b.calls)
}
