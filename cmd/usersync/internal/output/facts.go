package output

import (
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// Facts lists the files for the summary. written and rejected count the records in
// results, and those of them that are rejects.
func (f *Files) Facts(written, rejected int) []report.File {
	facts := func(holds string, file *rundir.File, records int) report.File {
		fact := report.File{Holds: holds, Path: file.Path(), Records: records, Bytes: file.Size()}
		if !f.incomplete {
			fact.SHA256 = file.SHA256()
		}
		return fact
	}
	all := []report.File{
		facts("results", f.results, written),
		facts("rejects", f.rejects, rejected-f.counts.deletions.rejected),
	}
	if f.copy != nil && !f.incomplete { // how much a pipe has taken is unknown
		all = append(all, facts("results", f.copy, written))
	}
	return all
}
