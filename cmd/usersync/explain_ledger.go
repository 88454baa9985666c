package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/explain"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// ledgerView reads what the ledger holds of a user, for explain. A ledger that cannot be read
// is noted, and is no error: what the runs say is worth having without it.
type ledgerView struct {
	env    *env
	cmd    *cobra.Command
	config *config.Config
	wrong  error // with the settings
	hits   []explain.Hit
}

// read fills in what the ledger holds, and the id that has the key asked for.
func (v ledgerView) read(ctx context.Context, q explain.Query, x *explain.Explanation) error {
	c, err := v.settings()
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

// settings are those of the command if they say where users go, and otherwise those of the
// newest run that had the user.
func (v ledgerView) settings() (*config.Config, error) {
	if len(v.config.Target.All) == 1 || v.wrong != nil {
		return v.config, v.wrong
	}
	for _, hit := range v.hits {
		if !hit.Header.Sandbox {
			return settingsOf(v.env, hit.Header, v.cmd)
		}
	}
	if len(v.config.Target.All) > 1 {
		return v.config, nil // which leads to an error that names them
	}
	return nil, errors.New("no destination is set: give --config or --to")
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
		x.LedgerNote = "The ledger does not hold this id." + refused
		return addAlike(ctx, l, id, x)
	}
	x.LedgerNote = strings.TrimSpace(refused)
	if err != nil {
		return err
	}
	x.Ledger = &explain.Ledger{To: to, State: stateWord(shown.State), Remote: shown.Remote, Feed: shown.Feed, Run: shown.Run, Record: shown.Record}
	if fields := fieldsOf(shown.Fingerprints); fields != "" {
		x.Ledger.Fields = strings.Split(fields, ", ")
	}
	return nil
}

// refusedNote says how often in a row the user's rows were refused or invalid; empty if the
// ledger knows of none.
func refusedNote(ctx context.Context, l *ledger.Ledger, id string) (note string, err error) {
	rows, err := l.Runs().Recurring().Of(ctx, []string{id})
	for i := range rows {
		note += " " + recurringText(&rows[i])
	}
	return note, err
}

// recurringText says how often in a row a row was refused or invalid.
func recurringText(r *ledger.RecurringRow) string {
	how := "The API has refused the row of this user"
	if r.Status == user.Invalid {
		how = "The row of this user was invalid"
	}
	return fmt.Sprintf("%s, with code %s, in %s in a row since %s.", how, r.Code, exit.Plural(r.Runs, "finished run"), date(r.First))
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

// maxInput is the size of an input, in bytes, that explain reads without being asked to,
// only for the names of the fields.
const maxInput = 16 << 20

// addFields adds the fields that the rows of the user gave, from the run's original input.
func (e *env) addFields(ctx context.Context, hit explain.Hit, r *explain.Run, values bool) {
	note := "values are not shown: --show-values reads them from the input"
	if why := e.readFields(ctx, hit, r, values); why != "" {
		note = why
	} else if values {
		note = ""
	}
	for i := range r.Records {
		if r.Records[i].File != "" {
			r.Records[i].FieldsNote = note
		}
	}
}

// readFields returns why the fields cannot be read; empty if they were.
func (e *env) readFields(ctx context.Context, hit explain.Hit, r *explain.Run, values bool) string {
	if !values && inputSize(hit) > maxInput {
		return "the run does not record which fields a row had, and its input is large: --show-values reads them from it"
	}
	dir := strings.TrimSuffix(r.Path, string(os.PathSeparator)+r.Run)
	from, err := history.Find(dir, r.Run)
	if err != nil {
		return "the fields are not known: " + noteOf(err)
	}
	c, err := settingsOf(e, hit.Header, &cobra.Command{}) // without the flags of explain
	if err != nil {
		return "the fields cannot be read from the input: " + noteOf(err)
	}
	records, end, err := run.InputOf(ctx, c, from)
	if err != nil {
		if changed, is := errors.AsType[*history.OriginalsError](err); is {
			err = changed.Err
		}
		return "the fields cannot be read from the input: " + noteOf(err)
	}
	defer end() // it was only read
	if records == nil {
		return "the run read standard input, which cannot be read again"
	}
	return fillFields(ctx, records, r, values)
}

func fillFields(ctx context.Context, records *history.Originals, r *explain.Run, values bool) string {
	for i := len(r.Records) - 1; i >= 0; i-- { // in the order of the input
		at := &r.Records[i]
		if at.File == "" {
			continue
		}
		record := records.Record(ctx, at.Record)
		if record == nil {
			return fmt.Sprintf("record %d cannot be read from the input", at.Record)
		}
		at.Fields = explain.FieldsOf(record, values)
	}
	return ""
}

func inputSize(hit explain.Hit) (n int64) {
	for _, in := range hit.Header.Inputs {
		n += in.Size
	}
	return n
}
