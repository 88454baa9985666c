package output

import (
	"usersync/cmd/usersync/internal/config"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// Counts count the outcomes that are written, for the summary.
type Counts struct {
	codes     writer.Codes
	causes    cause.Groups
	perFile   perFile
	deletions deletions // of a mirror
	deleted   deleteCalls
}

func newCounts() *Counts { return &Counts{perFile: perFile{counts: map[string]*int{}}} }

// writer returns the Writer that counts.
func (c *Counts) writer() writer.Writer {
	return writer.Tee(&c.codes, &c.causes, &c.perFile, &c.deletions, &c.deleted)
}

// Codes returns the n most frequent codes of each status.
func (c *Counts) Codes(n int) map[user.Status][]writer.Code { return c.codes.Top(n) }

// Causes returns the rejected records by cause; nil if there are none. known are causes
// that are known of the destination.
func (c *Counts) Causes(destination string, known []cause.Known) *cause.ErrorGroups {
	return c.causes.Report(destination, known)
}

// Of counts the outcomes with a status and a code.
func (c *Counts) Of(s user.Status, code string) int { return c.codes.Of(s, code) }

// Records counts the outcomes whose records come from an input file.
func (c *Counts) Records(file string) int { return c.perFile.of(file) }

// Deletes counts the outcomes of users whose deletion was asked for.
func (c *Counts) Deletes() int { return c.deleted.calls }

// HeldBack counts the missing users who were not deleted, because their ids look like
// others of the input.
func (c *Counts) HeldBack() int { return c.deletions.held }

// Deletions counts the missing users of a mirror; nil in every other mode.
func (c *Counts) Deletions(mode user.Op) *report.Deletions {
	if mode != config.Mirror {
		return nil
	}
	return &report.Deletions{Users: c.deletions.users, Rejected: c.deletions.rejected}
}

// perFile is a Writer that counts records by input file.
type perFile struct {
	name   string
	count  *int
	counts map[string]*int
}

// Write counts o. The records of a file are consecutive, so it looks a file up only once.
func (p *perFile) Write(o *user.Outcome) error {
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
func (d *deletions) Write(o *user.Outcome) error {
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
func (d *deleteCalls) Write(o *user.Outcome) error {
	if o.Action == user.Delete {
		d.calls++
	}
	return nil
}

func (p *perFile) of(file string) int {
	if n := p.counts[file]; n != nil {
		return *n
	}
	return 0
}
