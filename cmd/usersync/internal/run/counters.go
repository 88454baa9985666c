package run

import (
	"usersync/cmd/usersync/internal/config"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// counters count outcomes for the summary.
type counters struct {
	codes     writer.Codes
	perFile   perFile
	deletions deletions // of a mirror
	deleted   deleteCalls
}

func newCounters() *counters { return &counters{perFile: perFile{counts: map[string]*int{}}} }

// writer returns the Writer that counts.
func (c *counters) writer() writer.Writer {
	return writer.Tee(&c.codes, &c.perFile, &c.deletions, &c.deleted)
}

// perFile is a Writer that counts records by input file.
type perFile struct {
	name   string
	count  *int
	counts map[string]*int
}

// Write counts o. The records of a file are consecutive, so it looks a file up only once.
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

// deletions is a Writer that counts the deletions of users missing from the input.
type deletions struct{ users, rejected, held int }

// Write counts o.
func (d *deletions) Write(o user.Outcome) error {
	if !o.Record.Origin.Absent {
		return nil
	}
	d.users++
	if o.Status.Rejected() {
		d.rejected++
	}
	if o.Status == user.Refused && o.Code == user.CodeLookalike {
		d.held++
	}
	return nil
}

// deleteCalls is a Writer that counts the users whose deletion was asked for.
type deleteCalls struct{ calls int }

// Write counts o.
func (d *deleteCalls) Write(o user.Outcome) error {
	if o.Action == user.Delete {
		d.calls++
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
