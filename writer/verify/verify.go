// Package verify checks the files of a run: results, rejects, summary and journal must agree with
// each other. It calls no API, and repairs nothing. Start at Check.
package verify

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"iter"
	"math"
	"path/filepath"
	"strings"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/index"
	"usersync/writer/report"
)

// Files are the files of a run.
type Files struct {
	Results, Rejects writer.FileText
	// Summary is nil if there is none, as after a kill -9.
	Summary *report.Summary
	// Journal is nil if there is none.
	Journal *Journal
	// Index is nil if it is not to be checked.
	Index *Index
}

// Index is the index of the results.
type Index struct {
	*index.Index       // nil if it is missing
	Results      int64 // the size of the results, in bytes
}

// Journal is what a journal says.
type Journal struct {
	Run        string
	State      report.State // empty if it has no end: the run was killed, or is in progress
	Checkpoint Checkpoint
	// Cut says that it has no end and that the run was never continued: a summary, which is
	// written before the end, must not exist.
	Cut bool
	// Bytes is its size, or 0 if its last bytes cannot be read.
	Bytes int64
	// Notes yields the settled outcomes, in the order of the journal, and the checkpoints
	// between them. Nil leaves them out.
	Notes iter.Seq2[Note, error]
}

// Checkpoint says up to which record, and to which sizes, everything was on disk.
type Checkpoint struct {
	Record           int
	Results, Rejects int64
	Outcomes         map[user.Status]int // up to Record; nil leaves them out
}

// Note is a checkpoint, or an outcome. File and Line of Settled are ignored: the journal does not
// hold them.
type Note struct {
	Checkpoint int // the record of a checkpoint; 0 for an outcome
	Settled    user.Settled
}

// Finding is something that does not agree. It names no value.
type Finding struct {
	File string
	Row  int // the line, from 1; 0 if it is about the whole file
	What string
}

// String names the file, the line if there is one, and what is wrong.
func (f Finding) String() string {
	if f.Row == 0 {
		return f.File + ": " + f.What
	}
	return fmt.Sprintf("%s, line %d: %s", f.File, f.Row, f.What)
}

// Verdict is the result of Check.
type Verdict struct {
	Records  int // results read
	Rejects  int // rejects read
	Findings []Finding
	More     int // findings beyond the first 1000
	// Notes say what is missing and harmless.
	Notes []Finding
}

// mostFindings is more than anyone reads.
const mostFindings = 1000

// Check compares the files of a run with each other: each record is in results once and in order,
// the rejects are exactly the rejected records, and journal, checkpoint and summary agree with both.
// It makes no calls, and continues after each finding. Memory does not grow with the files.
//
// For a killed run, or one that found no room to write its end, it checks only what comes before
// the checkpoint, because a resume discards the rest. It does not check its summary, unless that
// says that the run finished: otherwise it can come from an earlier stop.
func Check(f Files) Verdict {
	v := &verifier{files: f.Ended(), checkpoint: math.MaxInt}
	if f.Journal != nil {
		v.checkpoint = f.Journal.Checkpoint.Record
	}
	v.results = v.count(&v.files.Results, Checkpoint.resultsSize)
	v.rejects = v.count(&v.files.Rejects, Checkpoint.rejectsSize)
	v.startIndex()
	v.walk()
	v.checkIndex()
	v.checkJournal()
	switch {
	case !v.killed():
		v.checkSummary()
	case v.files.Journal.Cut && v.files.Summary != nil && v.files.Summary.State == report.Finished:
		v.find(journalFile, 0, "it has no end, and there is a summary: the journal was cut")
	}
	return v.verdict
}

// Ended returns the files of a run that was killed between its summary and the end of its journal,
// which come last, as those of a run that ended: the summary knows how long the journal was.
func (f Files) Ended() Files {
	j, s := f.Journal, f.Summary
	if j == nil || s == nil || j.State != "" || j.Bytes == 0 || j.Bytes != s.JournalBytes {
		return f
	}
	whole := *j
	whole.State = s.State
	f.Journal = &whole
	return f
}

func (m Checkpoint) resultsSize() int64 { return m.Results }
func (m Checkpoint) rejectsSize() int64 { return m.Rejects }

// verifier reads results, rejects and notes in parallel.
type verifier struct {
	files   Files
	verdict Verdict

	results, rejects *counted
	checkpoint       int // record of the checkpoint; all of them if there is no journal
	// Where the first record after the checkpoint begins, in each file; -1 until there is
	// one.
	resultsAfter, rejectsAfter int64

	last           int // record of the last result
	outcomes       writer.Outcomes
	gaps           int // records that are missing where the summary says that some are
	upToCheckpoint writer.Outcomes
	deletions      int
	codes          writer.Codes
	unreadable     int // rows of results
	run            string

	index *index.Comparison // nil if there is nothing to compare
}

// count prepares a file to be read; for a killed run only up to the checkpoint.
func (v *verifier) count(f *writer.FileText, size func(Checkpoint) int64) *counted {
	if v.killed() {
		f.Text = io.LimitReader(f.Text, size(v.files.Journal.Checkpoint))
	}
	c := &counted{Reader: f.Text, hash: sha256.New()}
	f.Text = c
	return c
}

func (v *verifier) killed() bool {
	return v.files.Journal != nil && v.files.Journal.State == ""
}

func (v *verifier) find(file string, row int, what string, args ...any) {
	if len(v.verdict.Findings) == mostFindings {
		v.verdict.More++
		return
	}
	v.verdict.Findings = append(v.verdict.Findings, Finding{file, row, fmt.Sprintf(what, args...)})
}

// fault records a row that cannot be read, or a file that ends in an error.
func (v *verifier) fault(file string, row int, err error) {
	what := err.Error()
	if line, ok := err.(*writer.LineError); ok {
		what = line.Rule
	}
	v.find(file, row, "%s", what)
}

// unfinishedName reports whether a file still has its unfinished name.
func unfinishedName(name string) bool { return strings.HasSuffix(name, ".partial") }

// sameFile reports whether a path is that of a file in the run directory, finished or not.
func sameFile(path, name string) bool {
	return strings.TrimSuffix(filepath.Base(path), ".partial") == strings.TrimSuffix(name, ".partial")
}

// counted counts and hashes the bytes that are read.
type counted struct {
	io.Reader
	n    int64
	hash hash.Hash
}

// Read reads, counts and hashes.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	c.hash.Write(p[:n])
	return n, err
}
