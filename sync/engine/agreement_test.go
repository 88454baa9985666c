package engine

import (
	"testing"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// ending is how a record may end, by the last call made for it.
type ending struct {
	action user.Op
	status user.Status
	code   string
	http   int
}

// endings are those that the middleware gives. Unchanged without a code comes from a ledger alone.
var endings = []ending{
	{"", user.Unchanged, user.CodeAdopted, 200}, {"", user.Unchanged, user.CodeAssumed, 0},
	{"", user.Refused, user.CodeExists, 0}, {"", user.Refused, user.CodeSameUser, 0}, {"", user.Failed, user.CodeUnread, 503},
	{user.Create, user.Created, "", 201}, {user.Create, user.Created, user.CodeReadBack, 500}, {user.Create, user.Accepted, "", 202},
	{user.Create, user.Refused, "bad", 400}, {user.Create, user.Refused, user.CodeExists, 409}, {user.Create, user.Refused, user.CodeExists, 500},
	{user.Create, user.Refused, user.CodeSameUser, 201}, {user.Create, user.Failed, "http_500", 500},
	{user.Create, user.InDoubt, user.CodeNoAnswer, 0}, {user.Create, user.InDoubt, user.CodeSameUser, 201},
	{user.Update, user.Updated, "", 200}, {user.Update, user.Unchanged, user.CodeSame, 200}, {user.Update, user.Accepted, "", 202},
	{user.Update, user.Refused, "bad", 400}, {user.Update, user.Refused, user.CodeMissing, 404}, {user.Update, user.Refused, user.CodeSameUser, 200},
	{user.Update, user.Failed, "http_503", 503}, {user.Update, user.Failed, user.CodeContradiction, 404}, {user.Update, user.InDoubt, user.CodeNoAnswer, 0},
	{user.Delete, user.Deleted, "", 204}, {user.Delete, user.Deleted, user.CodeAlreadyAbsent, 404},
	{user.Delete, user.Refused, "bad", 400}, {user.Delete, user.Failed, user.CodeNotDeleted, 404},
	{user.Delete, user.InDoubt, user.CodeNoAnswer, 0}, {user.Delete, user.InDoubt, user.CodeUnprovedAbsent, 404},
}

// pair is what a run knows of a user without a ledger, and what a ledger says.
type pair struct {
	is, want             user.EntryState
	remote, ledgerRemote string
}

// A run without a ledger knows of its users what a ledger would, after any sequence of outcomes. One
// that was accepted for later counts as there.
func TestWithoutALedgerAsWithOne(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	met := map[pair]bool{{}: true}
	for next := []pair{{}}; len(next) > 0; next = next[1:] {
		from := next[0]
		for _, o := range outcomesOf(from) {
			to := after(p, from, o)
			if to.is != to.want && !(to.is == user.Present && to.want == user.AcceptedLater) {
				t.Errorf("after %s %s %q (%d) with key %q of a user who was %s: %s without a ledger, %s with one; %+v",
					o.Action, o.Status, o.Code, o.HTTP, o.Remote, from.is, to.is, to.want, o.Record.Sending)
				continue
			}
			if !met[to] {
				met[to], next = true, append(next, to)
			}
		}
	}
	if len(met) < 7 {
		t.Errorf("only %d states were met: %v", len(met), met)
	}
}

// after returns what is known after an outcome.
func after(p *fingerprint.Fingerprinter, from pair, o *user.Outcome) pair {
	without := unledgered(user.LedgerEntry{State: from.is, Remote: from.remote}, o)
	with := user.LedgerEntry{State: from.want, Remote: from.ledgerRemote}
	if o.Record.IntentRecorded { // by then the ledger holds that
		with = user.LedgerEntry{State: user.Pending}
	}
	if e, changes := ledger.EntryOf(o, p, nil); changes {
		with = e.ApplyTo(with)
	}
	return pair{without.State, with.State, without.Remote, with.Remote}
}

// outcomesOf returns the outcomes of a record that is sent as what is known of its user asks.
func outcomesOf(known pair) (all []*user.Outcome) {
	yes := []bool{false, true}
	for _, end := range endings {
		for _, key := range []string{"", "k-1"} {
			for _, taken := range yes {
				for _, intent := range yes {
					r := &user.Record{Op: user.Upsert, User: user.User{ID: "u-1"}, Remote: known.remote}
					r.NoEntry, r.PerhapsCreated = known.is == user.Absent, known.is == user.Pending
					r.IntentRecorded, r.PerhapsTaken = intent && end.action == user.Create, taken && end.action != "" || r.PerhapsCreated
					all = append(all, &user.Outcome{Record: r, Action: end.action, Status: end.status, Code: end.code, HTTP: end.http, Remote: key})
				}
			}
		}
	}
	return all
}
