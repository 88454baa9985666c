package engine

import (
	"slices"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// groups gathers records into batches, one kind of call each. Runs of the same
// input send in one order.
type groups struct {
	open   []group
	number int
}

// group is a batch that is being made up.
type group struct {
	op      user.Op
	size    int
	records []*user.Record
}

func newGroups(t destination.Traits, size int) groups {
	var g groups
	for _, op := range [...]user.Op{user.Create, user.Update, user.Delete} {
		if traits, ok := t.Ops[op]; ok {
			g.open = append(g.open, group{op: op, size: max(min(size, traits.Max), 1)})
		}
	}
	return g
}

// of returns the group of a kind of call, nil where the destination has none.
// There are three at most: a map would cost more.
func (g *groups) of(op user.Op) *group {
	for i := range g.open {
		if g.open[i].op == op {
			return &g.open[i]
		}
	}
	return nil
}

// add adds a record and reports whether the group is full.
func (g *group) add(r *user.Record) (full bool) {
	if g.records == nil {
		g.records = make([]*user.Record, 0, g.size)
	}
	g.records = append(g.records, r)
	return len(g.records) >= g.size
}

// cut takes what a group has gathered as a batch; it may be empty.
func (g *groups) cut(from *group) user.Batch {
	g.number++
	b := user.Batch{Number: g.number, Op: from.op, Records: from.records}
	from.records = nil
	return b
}

// holding returns the group that holds the record with the given ordinal, or
// nil. Parked records join late, so a group need not be in order.
func (g *groups) holding(ordinal int) *group {
	for i := range g.open {
		if slices.ContainsFunc(g.open[i].records, func(r *user.Record) bool { return r.Origin.Record == ordinal }) {
			return &g.open[i]
		}
	}
	return nil
}
