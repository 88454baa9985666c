package preview

import (
	"usersync/sync/lookalike"
	"usersync/sync/user"
	"usersync/writer/report"
)

// LookalikeFacts says which records have new ids that look like others, and how many
// deletions were held back for that; nil if there is nothing to say.
func LookalikeFacts(n user.NotedRecords, held int, hasLedger bool) *report.Lookalikes {
	if n.Count == 0 && held == 0 && hasLedger {
		return nil
	}
	facts := &report.Lookalikes{Records: n.Count, First: places(n), HeldBack: held}
	if !hasLedger {
		facts.Window = lookalike.Window
	}
	return facts
}

// RepeatedFacts says which records have the id of an earlier record and other data; nil if
// there are none.
func RepeatedFacts(n user.NotedRecords) *report.Repeated {
	if n.Count == 0 {
		return nil
	}
	return &report.Repeated{Records: n.Count, First: places(n)}
}

func places(n user.NotedRecords) []report.Place {
	var all []report.Place
	for _, p := range n.First {
		all = append(all, report.Place(p))
	}
	return all
}
