package destinationtest

import (
	"context"
	"testing"

	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/destination/owned"
	"usersync/sync/user"
)

// holders are the ids by key, as a ledger knows them.
type holders map[string][]string

// HoldersOf returns all of them.
func (h holders) HoldersOf(context.Context, []string) (map[string][]string, error) { return h, nil }

// owners sends records that lead to the user of another id: by its key, or by all of its
// unique values. That user must not change.
func owners(s Suite, t *testing.T) {
	if !s.facts(t).OwnKeys {
		return
	}
	for name, keyed := range map[string]bool{"by the key": true, "by the values": false} {
		for _, op := range opsOf(s.facts(t)) {
			if keyed && op == user.Create {
				continue
			}
			bubble(t, name+", "+string(op), func(t *testing.T) {
				sc := s.open(t)
				first := sc.Record(0, 0)
				remote := sc.settle(user.Batch{Records: []*user.Record{first}})[first.User.ID]
				before := sc.sandbox.Look(first)
				other := sc.Record(0, 1)
				other.User.ID, other.Op = sc.Record(1, 0).User.ID, intentOf(op)
				if keyed {
					other.Remote, other.OwnRemote = remote, true
				}
				apply := wired.Middleware{Owners: owned.NewOwners(owned.Options{Holders: holders{remote: {first.User.ID}}})}.Wrap(sc.client).Apply
				outcomes, err := apply(t.Context(), user.Batch{Op: op, Records: []*user.Record{other}})
				if err != nil {
					t.Fatal(err)
				}
				another := outcomes[0].Status == user.Created && outcomes[0].Remote != remote // the API allows two such users
				if after := sc.sandbox.Look(first); after != before && !another {
					t.Errorf("%s changed the user of another id: %q %s", op, outcomes[0].Status, outcomes[0].Code)
				}
				if keyed && (outcomes[0].Status != user.Refused || outcomes[0].Code != user.CodeSameUser) {
					t.Errorf("%s with the key of another id: %q %s", op, outcomes[0].Status, outcomes[0].Code)
				}
			})
		}
	}
}

// intentOf is the intent of a record whose call is op.
func intentOf(op user.Op) user.Op {
	if op == user.Create {
		return user.Upsert
	}
	return op
}
