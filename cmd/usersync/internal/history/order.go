package history

import (
	"cmp"
	"context"
	"slices"

	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// beginning is how a run was begun.
type beginning struct {
	run    string
	header journal.Header
}

// newestFirst puts runs in order. Those that wrote to one ledger are ordered by it: a
// clock that is wrong changes nothing. Runs of several ledgers, and runs without one,
// are ordered by the time at which they say that they began.
func newestFirst(all []beginning) []beginning {
	ledgers := map[string][]beginning{}
	for _, b := range all {
		ledgers[b.header.Ledger] = append(ledgers[b.header.Ledger], b)
	}
	var lists [][]beginning
	for name, list := range ledgers {
		slices.SortFunc(list, func(a, b beginning) int {
			if name != "" && a.header.Order != b.header.Order {
				return cmp.Compare(b.header.Order, a.header.Order) // a run from before there was an order is 0
			}
			return cmp.Or(b.header.Started.Compare(a.header.Started), cmp.Compare(b.run, a.run))
		})
		lists = append(lists, list)
	}
	var sorted []beginning
	for len(sorted) < len(all) {
		lists = slices.DeleteFunc(lists, func(list []beginning) bool { return len(list) == 0 })
		latest := 0
		for i := range lists {
			if c := lists[i][0].header.Started.Compare(lists[latest][0].header.Started); c > 0 || c == 0 && lists[i][0].run > lists[latest][0].run {
				latest = i
			}
		}
		sorted, lists[latest] = append(sorted, lists[latest][0]), lists[latest][1:]
	}
	return sorted
}

// NewestFirst returns the names of runs, by their headers, in that order.
func NewestFirst(headers map[string]journal.Header) []string {
	var all []beginning
	for run, h := range headers {
		all = append(all, beginning{run, h})
	}
	var names []string
	for _, b := range newestFirst(all) {
		names = append(names, b.run)
	}
	return names
}

// inOrder puts runs in that order.
func inOrder(runs []*Run) []*Run {
	byID := map[string]*Run{}
	var all []beginning
	for _, r := range runs {
		byID[r.ID] = r
		all = append(all, beginning{r.ID, r.Journal.Header})
	}
	for i, b := range newestFirst(all) {
		runs[i] = byID[b.run]
	}
	return runs
}

// Orders returns what a ledger knows of runs and their order, by name; nil for a nil ledger.
// An error means that their clocks order them instead; failed is told of it.
func Orders(ctx context.Context, l *ledger.Ledger, failed func(error)) func(runs ...string) map[string]ledger.Run {
	if l == nil {
		return nil
	}
	return func(runs ...string) map[string]ledger.Run {
		known, err := l.Runs().Find(ctx, runs...)
		if err != nil {
			failed(err)
		}
		return known
	}
}
