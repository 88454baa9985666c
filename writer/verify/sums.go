package verify

import (
	"fmt"
	"slices"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

const summaryFile = "summary.json"

// checkJournal compares the checkpoint and the end of the journal with the files.
func (v *verifier) checkJournal() {
	j := v.files.Journal
	if j == nil {
		return
	}
	v.checkSize(v.files.Results.Name, v.resultsAfter, v.results.n, j.Checkpoint.Results)
	v.checkSize(v.files.Rejects.Name, v.rejectsAfter, v.rejects.n, j.Checkpoint.Rejects)
	if v.unreadable == 0 && j.Checkpoint.Record > v.last {
		v.find(v.files.Results.Name, 0, "it ends at record %d, and was on the disk up to record %d", v.last, j.Checkpoint.Record)
	}
	if j.Checkpoint.Outcomes != nil && writer.CountOutcomes(j.Checkpoint.Outcomes) != v.upToCheckpoint {
		v.find(journalFile, 0, "the outcomes counted at the checkpoint are not those in %s", v.files.Results.Name)
	}
	if v.run != "" && v.run != j.Run {
		v.find(v.files.Rejects.Name, 0, "its rows are of another run than the journal")
	}
	if v.finished() {
		v.checkEnd(j)
	}
}

// checkSize compares where the records after the checkpoint begin with the sizes in the checkpoint.
// A run that stopped before its first checkpoint, as on a full disk, has none.
func (v *verifier) checkSize(name string, begins, size, want int64) {
	if want == 0 && v.files.Journal.Checkpoint.Record == 0 {
		return
	}
	if begins < 0 {
		begins = size
	}
	if begins != want {
		v.find(name, 0, "the journal's checkpoint is at byte %d, the records up to it end at byte %d", want, begins)
	}
}

// checkEnd checks that nothing follows the checkpoint of a finished run.
func (v *verifier) checkEnd(j *Journal) {
	if v.last > j.Checkpoint.Record {
		v.find(v.files.Results.Name, 0, "the run finished at record %d, but record %d follows it", j.Checkpoint.Record, v.last)
	}
	if v.files.Summary == nil {
		v.find(summaryFile, 0, "it is missing, and the journal says that the run finished")
	}
	for _, name := range []string{v.files.Results.Name, v.files.Rejects.Name} {
		if unfinishedName(name) {
			v.find(name, 0, "the run finished, but the file still has its unfinished name")
		}
	}
}

// checkSummary compares the summary with what was counted.
func (v *verifier) checkSummary() {
	s := v.files.Summary
	if s == nil {
		return
	}
	for _, status := range user.Statuses {
		if stated, actual := s.Outcomes.Count(status), v.outcomes.Count(status); stated != actual {
			v.find(summaryFile, 0, "it counts %d %s, but there are %d in %s", stated, status, actual, v.files.Results.Name)
		}
	}
	if n := s.Unaccounted(); n != 0 {
		v.find(summaryFile, 0, "its outcomes do not add up to its records: %d lack one", n)
	}
	if s.Unsettled != v.gaps {
		v.find(summaryFile, 0, "it says that %d records are not settled, and %d are missing in %s", s.Unsettled, v.gaps, v.files.Results.Name)
	}
	if stated := s.Deleted().Users; stated != v.deletions {
		v.find(summaryFile, 0, "it counts %d deletions of users missing from the input, but there are %d in %s", stated, v.deletions, v.files.Results.Name)
	}
	if s.SettledUpTo != v.last && v.unreadable == 0 {
		v.find(summaryFile, 0, "it says that records up to %d are settled, and %s ends at record %d", s.SettledUpTo, v.files.Results.Name, v.last)
	}
	if s.Rejects != v.verdict.Rejects {
		v.find(summaryFile, 0, "it counts %d rejects, but there are %d in %s", s.Rejects, v.verdict.Rejects, v.files.Rejects.Name)
	}
	v.checkNames(s)
	v.checkCodes(s)
	v.checkFile(s, v.files.Results.Name, "results", v.verdict.Records, v.results)
	v.checkFile(s, v.files.Rejects.Name, "rejects", v.verdict.Rejects, v.rejects)
}

// checkNames compares the run's name and state in the summary with the other files.
func (v *verifier) checkNames(s *report.Summary) {
	if v.run != "" && v.run != s.Run {
		v.find(summaryFile, 0, "it is of another run than %s", v.files.Rejects.Name)
	}
	j := v.files.Journal
	if j == nil {
		return
	}
	if j.Run != s.Run {
		v.find(summaryFile, 0, "it is of another run than the journal")
	}
	if j.State != s.State {
		v.find(summaryFile, 0, "it says that the run %s, and the journal does not", s.State)
	}
}

// checkCodes compares the most frequent codes, which are in the summary.
func (v *verifier) checkCodes(s *report.Summary) {
	for _, status := range user.Statuses {
		stated := s.Codes[status]
		if len(stated) > 0 && !slices.Equal(stated, v.codes.Top(len(stated))[status]) {
			v.find(summaryFile, 0, "its codes of %s are not those in %s", status, v.files.Results.Name)
		}
	}
}

// checkFile compares what the summary says about a file. It may also say it about a second one,
// which was written elsewhere.
func (v *verifier) checkFile(s *report.Summary, name, holds string, records int, read *counted) {
	for _, f := range s.Files {
		if f.Holds != holds || !sameFile(f.Path, name) {
			continue
		}
		switch {
		case f.Records != records || f.Bytes != read.n:
			v.find(name, 0, "it has %d records and %d bytes, and the summary says %d and %d", records, read.n, f.Records, f.Bytes)
		case f.SHA256 != "" && f.SHA256 != fmt.Sprintf("%x", read.hash.Sum(nil)):
			v.find(name, 0, "its contents are not those that the run wrote: the SHA-256 differs from the one in the summary")
		}
		return
	}
}
