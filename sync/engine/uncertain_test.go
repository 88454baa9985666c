package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// What an earlier start of the run has settled by a call may have taken effect, whatever its
// outcome: the journal does not say more. Without a call it has not.
func TestSettledEarlierIsPerhapsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		earlier := engine.Resumed{MaybeSentTo: 2, OutcomeOf: func(r *user.Record) (user.Outcome, bool, error) {
			o := user.Outcome{Record: r, Status: user.Refused}
			if r.Origin.Record == 1 {
				o.Action = user.Update
			}
			return o, true, nil
		}}
		job := engine.Job{Records: input(2, user.Upsert, own), Destination: newAPI(out, 0), Results: out, Resumed: earlier}
		if _, err := job.Run(t.Context()); err != nil || len(out.list) != 2 || !out.list[0].Record.PerhapsTaken || out.list[1].Record.PerhapsTaken {
			t.Errorf("%+v, %v", out.list, err)
		}
	})
}

// refusing ends the run with its first record, and refuses all others: one call for every other
// record was made.
type refusing struct{ *api }

func (e refusing) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := user.Outcome{Status: user.Refused, Action: user.Update}.For(b.Records)
	for i, r := range b.Records {
		r.PerhapsTaken = r.Origin.Record%2 == 0
		if r.Origin.Record == 1 {
			outcomes[i].Status = user.Unsettled
		}
	}
	return outcomes, errors.New("denied")
}

// A refused record that was perhaps taken, and that cannot be written because one before it is
// missing, is part of what only the journal holds.
func TestRefusedAndPerhapsTakenAfterTheLastWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, 0)
		a.most = 10
		s, err := engine.Job{Records: input(10, user.Update, own), Destination: refusing{a}, Results: out, Journal: new(notes)}.Run(t.Context())
		if err == nil || s.SettledUpTo != 0 || s.PerhapsTaken != 5 {
			t.Errorf("%d perhaps taken after %d: %v", s.PerhapsTaken, s.SettledUpTo, err)
		}
	})
}

// prints is a ledger that holds every user, or lets it wait, with or without a fingerprint.
type prints user.LedgerEntry

func (p prints) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i := range known {
		known[i] = user.LedgerEntry(p)
	}
	return known, nil
}

func (prints) Checkpointed() int                                          { return 0 }
func (prints) Unchanged(user.LedgerEntry, *user.User) bool                { return false }
func (prints) Apply(k user.LedgerEntry, _ *user.Outcome) user.LedgerEntry { return k }

// If the ledger holds nothing certain of a user, the user may have been deactivated, like one that it
// does not hold.
func TestNotHeld(t *testing.T) {
	fields := user.Fingerprints{Fields: []user.Fingerprint{{Field: user.Email, Sum: 1}}}
	for name, c := range map[string]struct {
		ledger  engine.Ledger
		want    bool
		noEntry bool
	}{
		"held":              {prints{State: user.Present, Fingerprints: fields}, false, false},
		"held, by a secret": {prints{State: user.Present, Fingerprints: user.Fingerprints{Secrets: [16]byte{1}}}, false, false},
		"accepted":          {prints{State: user.AcceptedLater, Fingerprints: fields}, false, false},
		"after a doubt":     {prints{State: user.Present}, true, false},
		"perhaps created":   {prints{State: user.Pending}, true, false},
		"not held":          {prints{}, true, true},
		"without a ledger":  {nil, true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			out := new(results)
			if _, err := (engine.Job{Records: input(1, user.Upsert, own), Destination: newAPI(out, 0), Results: out, Ledger: c.ledger}).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r := out.list[0].Record; r.NotHeld != c.want || r.NoEntry != c.noEntry {
				t.Errorf("%s: not held %t, no entry %t", name, r.NotHeld, r.NoEntry)
			}
		})
	}
}

// Without a ledger, what this run has sent is certain.
func TestHeldWithoutALedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		records := valued([]string{"A", "B"}, 0)
		if _, err := (engine.Job{Records: records, Destination: newAPI(out, 0), Results: out}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !out.list[0].Record.NotHeld || out.list[1].Record.NotHeld {
			t.Errorf("%+v, %+v", out.list[0].Record, out.list[1].Record)
		}
	})
}
