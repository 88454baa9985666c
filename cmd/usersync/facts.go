package main

import (
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// perFile is a Writer that counts records by the file that they came from.
type perFile struct {
	name   string
	count  *int
	counts map[string]*int
}

// Write counts o. Records of a file come in a row, so that one look is enough.
func (p *perFile) Write(o user.Outcome) error {
	if file := o.Record.Origin.File; p.count == nil || file != p.name {
		if p.counts[file] == nil {
			p.counts[file] = new(int)
		}
		p.name, p.count = file, p.counts[file]
	}
	*p.count++
	return nil
}

// deletions is a Writer that counts the deletions of users whom the input lacks.
type deletions struct{ users, rejected int }

// Write counts o.
func (d *deletions) Write(o user.Outcome) error {
	if !o.Record.Origin.Absent {
		return nil
	}
	d.users++
	if o.Status.Rejected() {
		d.rejected++
	}
	return nil
}

func (d *deletions) facts(mode user.Op) *report.Deletions {
	if mode != config.Mirror {
		return nil
	}
	return &report.Deletions{Users: d.users, Rejected: d.rejected}
}

func (p *perFile) of(file string) int {
	if n := p.counts[file]; n != nil {
		return *n
	}
	return 0
}

// inputs tells what was read. The digest is that of the whole input, and known
// only when it was read to its end.
func (j *job) inputs() []report.Input {
	layout := j.input.Layout()
	var all []report.Input
	for i, path := range j.paths {
		if slices.Contains(j.paths[:i], path) {
			continue // read twice, and its records are counted together
		}
		all = append(all, report.Input{Path: path, Format: writer.Format(layout.Format), Records: j.out.perFile.of(nameOf(path))})
	}
	if len(j.paths) == 1 && j.counts.Finished {
		all[0].SHA256, all[0].Bytes = j.input.Digest()
	}
	return all
}

// nameOf is what records call the file.
func nameOf(path string) string {
	if path == "-" {
		return "stdin"
	}
	return path
}

func (j *job) written(s *report.Summary) []report.File {
	written := j.counts.Written
	all := []report.File{
		fileFacts("results", j.out.results, written),
		fileFacts("rejects", j.out.rejects, s.Outcomes.Rejected()-j.out.deletions.rejected),
	}
	if j.out.copy != nil && !j.out.lacking { // nobody can say what a pipe has taken
		all = append(all, fileFacts("results", j.out.copy, written))
	}
	return all
}

func fileFacts(holds string, f *rundir.File, records int) report.File {
	return report.File{Holds: holds, Path: f.Path(), Records: records, Bytes: f.Size()}
}
