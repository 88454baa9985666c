package lookup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/explain"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/inventory"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// unknownToLedger is all that the ledger says of an id that it does not hold.
const unknownToLedger = "The ledger does not hold this id."

// ledgerView reads what the ledger holds of a user, for explain. A ledger that cannot be read
// is noted, and is no error: what the runs say is worth having without it.
type ledgerView struct {
	Source
	hits []explain.Hit
}

// read fills in what the ledger holds, and the id that has the key asked for.
func (v ledgerView) read(ctx context.Context, q explain.Query, x *explain.Explanation) error {
	c, err := v.settings()
	if err := v.readOne(ctx, c, err, q, x); err != nil || c == nil || len(c.Target.All) == 0 {
		return err // without a destination there, the settings of other runs lead to none either
	}
	if x.ID != "" {
		q.ID, q.Remote = x.ID, ""
	}
	for _, other := range v.others(c.Target.To) {
		x.LedgerTo = c.Target.To
		var o explain.Explanation
		c, err := v.Settings(other, true)
		if err := v.readOne(ctx, c, err, q, &o); err != nil {
			return err
		}
		x.Others = append(x.Others, explain.Other{To: other.Scope.Destination, Ledger: o.Ledger, Note: o.LedgerNote})
	}
	return nil
}

// readOne reads what the ledger holds for one destination. wrong is what keeps its settings from
// leading there.
func (v ledgerView) readOne(ctx context.Context, c *config.Config, wrong error, q explain.Query, x *explain.Explanation) error {
	err := wrong
	if err == nil {
		err = connect.WithLedger(ctx, c, connect.Reading, history.AddressEvidence(c), func(l *ledger.Ledger) error { return show(ctx, l, c.Target.To, q, x) })
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		x.LedgerNote = "The ledger was not read: " + noteOf(err)
	}
	return nil
}

// others are runs that had the user, one for each destination but to, if the settings of the
// command do not choose one.
func (v ledgerView) others(to string) (all []journal.Header) {
	if len(v.Config.Target.All) == 1 || v.Wrong != nil {
		return nil
	}
	for _, hit := range v.hits {
		h := hit.Header
		same := func(other journal.Header) bool { return other.Scope.Destination == h.Scope.Destination }
		if !h.Sandbox && h.Scope.Destination != to && !slices.ContainsFunc(all, same) {
			all = append(all, h)
		}
	}
	return all
}

// settings are those of the command if they say where users go, and otherwise those of the
// newest run that had the user.
func (v ledgerView) settings() (*config.Config, error) {
	if len(v.Config.Target.All) == 1 || v.Wrong != nil {
		return v.Config, v.Wrong
	}
	for _, hit := range v.hits {
		if !hit.Header.Sandbox {
			return v.Settings(hit.Header, true)
		}
	}
	if len(v.Config.Target.All) > 1 {
		return v.Config, nil // which leads to an error that names them
	}
	return nil, errors.New("no destination is set: give --config or --to")
}

// command is a command line of usersync ledger with the settings that lead to the ledger.
func (v ledgerView) command(f config.Flag, verb string, ids ...string) string {
	c, err := v.settings()
	if err != nil {
		c = v.Config
	}
	return c.LedgerCommandWith(f, verb, ids...)
}

func show(ctx context.Context, l *ledger.Ledger, to string, q explain.Query, x *explain.Explanation) error {
	id := q.ID
	if q.Remote != "" {
		held, err := l.Identities().HoldersOf(ctx, []string{q.Remote})
		if err != nil || len(held[q.Remote]) == 0 {
			x.LedgerNote = "The ledger holds no user with this key."
			return err
		}
		id = held[q.Remote][0]
		x.ID = id
	}
	refused, err := refusedNote(ctx, l, id)
	if err != nil {
		return err
	}
	shown, err := l.Admin().Show(ctx, id)
	if errors.Is(err, ledger.ErrUnknown) {
		x.LedgerNote = unknownToLedger + refused
		return addAlike(ctx, l, id, x)
	}
	x.LedgerNote = strings.TrimSpace(refused)
	if err != nil {
		return err
	}
	x.Ledger = &explain.Ledger{To: to, State: inventory.StateWord(shown.State), Remote: shown.Remote, Feed: shown.Feed, Run: shown.Run, Record: shown.Record,
		Fields: inventory.FieldNames(shown.Fingerprints)}
	return nil
}

// refusedNote says how often in a row the user's rows were refused or invalid; empty if the
// ledger knows of none.
func refusedNote(ctx context.Context, l *ledger.Ledger, id string) (note string, err error) {
	rows, err := l.Runs().Recurring().Of(ctx, []string{id})
	for i := range rows {
		if rows[i].Runs > 0 { // no finished run has met the others
			note += " " + recurringText(&rows[i])
		}
	}
	return note, err
}

// recurringText says how often in a row a row was refused or invalid.
func recurringText(r *ledger.RecurringRow) string {
	how := "The API has refused the row of this user"
	if r.Status == user.Invalid {
		how = "The row of this user was invalid"
	}
	return fmt.Sprintf("%s, with code %s, in %s in a row since %s.", how, r.Code, exit.Plural(r.Runs, "finished run"), r.First.UTC().Format(time.DateOnly))
}

// addAlike adds the ids in the ledger that look like one that it does not hold.
func addAlike(ctx context.Context, l *ledger.Ledger, id string, x *explain.Explanation) error {
	alike, err := l.Identities().Lookalikes(ctx, []string{id})
	for _, other := range alike[id] {
		if !slices.Contains(x.Alike, other.ID) {
			x.Alike = append(x.Alike, other.ID)
		}
	}
	return err
}

// noteOf is an error and its hint in one sentence.
func noteOf(err error) string {
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	if t, ok := advice.Printed(err); ok && t.Hint != "" {
		text += " (" + t.Hint + ")"
	}
	return text
}
