package engine

import (
	"slices"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// groups gathers records into batches, one per kind of call. Runs of the same input
// send in the same order.
type groups struct{ open []group }

// group is a batch that is being filled or, for calls that a read comes before, several.
type group struct {
	op      user.Op
	size    int  // records of one call
	full    int  // records that are gathered
	looks   bool // a read comes before the call
	records []*user.Record
}

// lookedTogether is how many records are recorded together before their reads. Their calls carry
// one each, and each would have to be recorded by itself otherwise.
const lookedTogether = 16

func newGroups(t destination.Traits, size int) groups {
	var g groups
	for _, op := range [...]user.Op{user.Create, user.Update, user.Delete} {
		traits, ok := t.Ops[op]
		if !ok {
			continue
		}
		size := max(min(size, traits.Max), 1)
		one := group{op: op, size: size, full: size, looks: looksFirst(op, traits)}
		if one.looks {
			one.full = max(size, lookedTogether)
		}
		g.open = append(g.open, one)
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
		g.records = make([]*user.Record, 0, g.full)
	}
	g.records = append(g.records, r)
	return len(g.records) >= g.full
}

// take returns the records of the group, which is then empty.
func (g *group) take() []*user.Record {
	records := g.records
	g.records = nil
	return records
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
