package cause

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"usersync/sync/user"
)

const (
	// Most groups are listed; the rejects of all others are counted together.
	Most = 200
	// mostHeld groups are held at once. When they are too many, the smaller half is
	// dropped: a cause of one reject in a hundred stays, however many causes there are.
	mostHeld = 1000
	// mostSeen texts are remembered, so that not every reject is taken apart again.
	mostSeen = 1000
)

// Groups is a Writer that counts rejected records by cause, for the summary. Its counts always
// add up to the rejected records that were written. Its memory is bounded. The zero value is
// ready to use; it is for one goroutine.
type Groups struct {
	groups map[Cause]*group
	seen   map[seen]*group
	total  int // rejected records
}

// seen is what a group was found for.
type seen struct {
	status       user.Status
	code, detail string
	http         int
	deletion     bool
}

// group counts the records of one cause.
type group struct {
	cause       Cause
	records     int
	first, last Position
	detail      string // of all its records; empty if they differ
}

// Write counts o if it is rejected.
func (g *Groups) Write(o *user.Outcome) error {
	if !o.Status.Rejected() {
		return nil
	}
	s := o.Settled()
	at := Position{Record: s.Record, File: s.File, Line: s.Line}
	own := g.of(&s)
	if own.records == 0 {
		own.first = at
	}
	own.last = at
	own.records++
	g.total++
	return nil
}

// of returns the group of a reject.
func (g *Groups) of(s *user.Settled) *group {
	key := seen{s.Status, s.Code, s.Detail, s.HTTP, s.Absent()}
	if known := g.seen[key]; known != nil {
		return known
	}
	own := g.join(Of(s), s.Detail)
	if len(g.seen) >= mostSeen || g.seen == nil {
		g.seen = map[seen]*group{}
	}
	key.code, key.detail = own.cause.Code, strings.Clone(s.Detail)
	g.seen[key] = own
	return own
}

// join returns the group of a cause, and notes that a record of it has this detail.
func (g *Groups) join(c Cause, detail string) *group {
	if own := g.groups[c]; own != nil {
		if own.detail != detail {
			own.detail = ""
		}
		return own
	}
	if len(g.groups) >= mostHeld {
		g.dropSmaller()
	}
	if g.groups == nil {
		g.groups = map[Cause]*group{}
	}
	c.Code, c.Field, c.Message = strings.Clone(c.Code), strings.Clone(c.Field), strings.Clone(c.Message)
	own := &group{cause: c, detail: strings.Clone(detail)}
	g.groups[c] = own
	return own
}

// dropSmaller drops half of the groups: the smallest, and of equal ones those that no record
// joined for longest.
func (g *Groups) dropSmaller() {
	all := g.ordered(func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(b.last.Record, a.last.Record))
	})
	for _, one := range all[len(all)/2:] {
		delete(g.groups, one.cause)
	}
	g.seen = nil
}

func (g *Groups) ordered(by func(a, b *group) int) []*group {
	all := make([]*group, 0, len(g.groups))
	for _, one := range g.groups {
		all = append(all, one)
	}
	slices.SortFunc(all, by)
	return all
}

// Report returns the largest groups, the largest first, and of equal ones the one that was
// met first. It is nil if no record was rejected. known are causes that are known of the
// destination.
func (g *Groups) Report(destination string, known []Known) *ErrorGroups {
	if g.total == 0 {
		return nil
	}
	all := g.ordered(func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.first.Record, b.first.Record))
	})
	r := &ErrorGroups{Other: g.total}
	for _, one := range all[:min(Most, len(all))] {
		r.Groups = append(r.Groups, one.report(destination, known, g.total))
		r.Other -= one.records
	}
	return r
}

func (g *group) report(destination string, known []Known, total int) ErrorGroup {
	c := g.cause
	advice := adviceOn(c, known)
	return ErrorGroup{
		Key: c.Key(destination), Outcome: c.Status, Code: c.Code, HTTP: c.HTTP, Field: c.Field, Message: g.message(), Deletions: c.Deletion,
		Records: g.records, Share: math.Round(10000*float64(g.records)/float64(total)) / 10000,
		First: g.first, Last: g.last, Retry: advice.Retry, Do: advice.Do,
	}
}

// message is what a person reads: usersync's own words complete, if they are the same for all
// records, because rules name their limits; an API's words without numbers.
func (g *group) message() string {
	text := g.cause.Message
	if g.cause.Status == user.Invalid && g.detail != "" {
		text = g.detail
	}
	if g.cause.Field != "" {
		_, text = split(text)
	}
	return text
}
