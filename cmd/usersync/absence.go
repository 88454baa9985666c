package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"strings"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/engine"
	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer"
)

// absentees yields the deletions of a mirror, sorted by id: they are found when all
// else is written. What keeps from deleting is a *guard.Error.
func (j *job) absentees(ctx context.Context) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		found, err := j.countAbsent(ctx)
		if err == nil && found.absent == 0 {
			return
		}
		if err == nil && j.attendance.again {
			j.mention("nobody is deleted: the input is rejects of an earlier run, which cannot say who is gone", zap.Int("absent", found.absent))
			return
		}
		if err == nil {
			err = j.mayDelete(ctx, found)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		j.deletions(ctx, yield)
	}
}

// absenceGuard is the guard's name.
const absenceGuard = "absence"

// absence is how many users of the feed the input lacks.
type absence struct{ absent, feed int }

func (j *job) countAbsent(ctx context.Context) (found absence, err error) {
	a := j.attendance
	if err := a.flush(ctx); err != nil {
		return found, err
	}
	if a.looked+a.noID != a.read {
		return found, &engine.AccountingError{What: fmt.Sprintf("%d records read, %d looked up and %d without an id", a.read, a.looked, a.noID)}
	}
	for row, err := range j.past.ledger.Rows(ctx, j.config.Ledger.Feed) {
		if err != nil {
			return found, err
		}
		if found.feed++; j.deletes(row) {
			found.absent++
		}
	}
	return found, nil
}

// deletes reports whether a user of the ledger is to be deleted.
func (j *job) deletes(row ledger.Row) bool {
	_, protected := j.protected[row.ID]
	return !protected && j.attendance.lacks(row)
}

// mayDelete holds the deletions to every rule, and writes the list where one of
// them is broken.
func (j *job) mayDelete(ctx context.Context, found absence) error {
	broken, hints, err := j.brokenRules(ctx, found)
	if err != nil || len(broken) == 0 {
		return err
	}
	path, err := j.listAbsent(ctx)
	what := fmt.Sprintf("%s of %d in the feed %s missing in the input, and nobody is deleted: %s", exit.Plural(found.absent, "user"), found.feed,
		isOrAre(found.absent), strings.Join(broken, "; "))
	tripped := &guard.Error{Name: absenceGuard, What: what, Hint: "who they are stands in " + path + "; " + strings.Join(hints, "; ") + "; resume takes these flags too"}
	return errors.Join(tripped, err)
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// brokenRules says what keeps from deleting, and what a person can do about each.
func (j *job) brokenRules(ctx context.Context, found absence) (broken, hints []string, err error) {
	say := func(rule, hint string) { broken, hints = append(broken, rule), append(hints, hint) }
	if file := j.unproved(); file != "" {
		say("nothing proves that "+file+" was not cut short",
			"give --expect-records, --expect-sha256, a FILE.sha256 beside it, a --trailer or gzip, or --trust-eof if the other guards are enough")
	}
	if a := j.attendance; a.noID > 0 {
		say(fmt.Sprintf("the id of %s cannot be read (%s)", exit.Plural(a.noID, "row"), places(a.nameless)), "mend these rows")
	}
	if j.keeper.outcomes[user.Invalid] == j.attendance.read {
		say("no row of the input is fit", "look at the codes in rejects")
	}
	if most := j.config.Guards.MaxDelete.of(found.feed); found.absent > most {
		say(fmt.Sprintf("at most %d may be deleted", most), "if they really are to go, allow it with --max-delete")
	}
	rules, known, err := j.past.ledger.Rules(ctx)
	if err != nil {
		return nil, nil, err
	}
	if now := j.rules(); !j.config.Guards.AcceptChange && (!known || rules.Config != now.Config || rules.Mapping != now.Mapping) {
		say("mapping and settings are not known to be those of the last run", "if they are right, say so with --accept-mapping-change")
	}
	return broken, hints, nil
}

// unproved names a file of which nothing proves that it is whole; empty if there
// is none, or nobody asks for a proof.
func (j *job) unproved() string {
	if j.config.Proof.trustEOF {
		return ""
	}
	for _, p := range j.input.Proofs() {
		if p.By == reader.Unproved {
			return p.File
		}
	}
	return ""
}

func places(origins []user.Origin) string {
	var list []string
	for _, o := range origins {
		list = append(list, fmt.Sprintf("%s:%d", o.File, o.Line))
	}
	return strings.Join(list, ", ")
}

// of is how many users of a feed may be deleted.
func (l limit) of(feed int) int {
	if l.given {
		return max(l.count, int(l.percent/100*float64(feed)))
	}
	return min(max(10, feed*2/100), feed*20/100)
}

// rules are the settings by which this run sends the feed.
func (j *job) rules() ledger.Rules {
	r := ledger.Rules{Config: j.config.feedDigest(), Mapping: j.config.mappingDigest()}
	if j.out != nil { // else it is planned only
		r.Run = j.out.dir.ID()
	}
	return r
}

// keepRules notes them, once the feed was sent whole.
func (j *job) keepRules(ctx context.Context) error {
	whole := j.config.Target.Mode == mirror || j.config.Target.Mode == user.Upsert
	if j.past.ledger == nil || !whole || j.retried.run != "" || j.keeper.again || j.config.Target.Sandbox {
		return nil
	}
	return j.past.ledger.KeepRules(context.WithoutCancel(ctx), j.rules())
}

// listAbsent writes who would have been deleted.
func (j *job) listAbsent(ctx context.Context) (path string, err error) {
	list, err := j.out.dir.Replace("absent.csv")
	if err != nil {
		return "absent.csv", err
	}
	lines := csv.NewWriter(list)
	err = lines.Write([]string{"id", "remote_id"})
	for row, bad := range j.past.ledger.RowsFrom(ctx, j.config.Ledger.Feed, "") {
		if err = errors.Join(err, bad); err != nil {
			break
		}
		if j.deletes(row) {
			err = lines.Write([]string{writer.QuoteCell(row.ID), writer.QuoteCell(row.Remote)})
		}
	}
	lines.Flush()
	if err = cmp.Or(err, lines.Error()); err != nil {
		return list.Path(), errors.Join(err, list.Close())
	}
	err = list.Commit()
	return list.Path(), err
}

// deletions yields the deletions behind those that are written already.
func (j *job) deletions(ctx context.Context, yield func([]*user.Record, error) bool) {
	next := j.keeper.last
	var part []*user.Record
	for row, err := range j.past.ledger.RowsFrom(ctx, j.config.Ledger.Feed, j.lastAbsent) {
		if err != nil {
			yield(part, err)
			return
		}
		if !j.deletes(row) {
			continue
		}
		next++
		part = append(part, &user.Record{Origin: user.Origin{Record: next, Absent: true}, Op: user.Delete, User: user.User{ID: row.ID}, Remote: row.Remote})
		if len(part) == recordsAtOnce {
			if !yield(part, nil) {
				return
			}
			part = nil
		}
	}
	if len(part) > 0 {
		yield(part, nil)
	}
}
