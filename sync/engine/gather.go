package engine

import (
	"slices"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// groups gathers records into batches, one per kind of call. Runs of the same input
// send in the same order.
type groups struct {
	open   []group
	number int
}

// group is a batch that is being filled.
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

// of returns the group of a kind of call, or nil if the destination has no such call.
// There are three at most: a map would be slower.
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

// cut returns the records of a group as a batch; it may be empty.
func (g *groups) cut(from *group) user.Batch {
	g.number++
	b := user.Batch{Number: g.number, Op: from.op, Records: from.records}
	from.records = nil
	return b
}

// containing returns the group with the record of the given ordinal, or nil. Parked
// records join late, so a group may be out of order.
func (g *groups) containing(ordinal int) *group {
	for i := range g.open {
		if slices.ContainsFunc(g.open[i].records, func(r *user.Record) bool { return r.Origin.Record == ordinal }) {
			return &g.open[i]
		}
	}
	return nil
}
