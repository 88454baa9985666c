package sync

import (
	"slices"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// groups gathers records into batches, one kind of call each.
type groups struct {
	size   map[user.Op]int
	open   map[user.Op][]*user.Record
	number int
}

func newGroups(t destination.Traits, size int) groups {
	g := groups{size: map[user.Op]int{}, open: map[user.Op][]*user.Record{}}
	for op, traits := range t.Ops {
		g.size[op] = max(min(size, traits.Max), 1)
	}
	return g
}

// add adds a record and reports whether its group is full.
func (g *groups) add(op user.Op, r *user.Record) (full bool) {
	if g.open[op] == nil {
		g.open[op] = make([]*user.Record, 0, g.size[op])
	}
	g.open[op] = append(g.open[op], r)
	return len(g.open[op]) >= g.size[op]
}

// cut takes the gathered records of op as a batch; it may be empty.
func (g *groups) cut(op user.Op) user.Batch {
	g.number++
	b := user.Batch{Number: g.number, Op: op, Records: g.open[op]}
	g.open[op] = nil
	return b
}

// holding returns the group that holds the record with the given ordinal, or
// the empty Op. Parked records join late, so a group need not be in order.
func (g *groups) holding(ordinal int) user.Op {
	for op, records := range g.open {
		if slices.ContainsFunc(records, func(r *user.Record) bool { return r.Origin.Record == ordinal }) {
			return op
		}
	}
	return ""
}

// order lists the groups, so that runs of the same input send in one order.
func (g *groups) order() []user.Op {
	return []user.Op{user.Create, user.Update, user.Delete}
}
