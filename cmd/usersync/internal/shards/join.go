package shards

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/checkpoint"
	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/pseudonym"
	"usersync/sync/user"
	"usersync/writer"
)

// Join makes one run of what its shards have settled. It is for one goroutine.
type Join struct {
	part       Part
	run        string
	results    []*results // the last ones are of what comes after all shards
	unfinished bool       // shards are not done
	sent       int        // users whose calls had no answer, of shards that are not done
}

// Open opens what the shards of a run have stored; part is any of them. ids is the key of the
// pseudonyms in their results; the zero Key if they hold ids. Close the Join, even if there is
// an error.
func Open(ctx context.Context, part Part, from ledger.Shards, run string, ids pseudonym.Key) (*Join, error) {
	j := &Join{part: part, run: run}
	for i := range part.Count + 1 { // the last one deletes what a mirror misses
		r, err := open(ctx, from, run, i, ids)
		if err != nil {
			return j, err
		}
		j.results = append(j.results, r)
	}
	return j, nil
}

// AddUnended adds what only the journals of shards say that are not done. Without a result, a
// record has no outcome then.
func (j *Join) AddUnended(runs []*history.Run) {
	j.unfinished = true
	for i, s := range j.results {
		s.late = map[int]user.Settled{}
		for _, r := range runs {
			for _, o := range r.Journal.Settled {
				if r.ID == ledger.ShardName(j.run, i) {
					s.late[o.Record], s.last = o, max(s.last, o.Record)
				}
			}
		}
	}
	for _, r := range runs {
		j.sent += len(r.Journal.Sent)
	}
}

// Close closes what Open has opened. On nil it does nothing.
func (j *Join) Close() {
	if j == nil {
		return
	}
	for _, s := range j.results {
		s.stop()
	}
}

// Write writes the outcome of each record of the input, in its order; those of calls also to the
// journal. An outcome too many or too few is a *user.AccountingError.
func (j *Join) Write(ctx context.Context, input iter.Seq2[[]*user.Record, error], log *journal.Journal, to writer.Writer) (engine.Summary, error) {
	counts := engine.Summary{Outcomes: map[user.Status]int{}}
	for records, err := range input {
		if err == nil {
			err = j.writeSome(records, log, to, &counts)
		}
		if err != nil {
			return counts, err
		}
	}
	if ctx.Err() != nil {
		return counts, context.Cause(ctx)
	}
	if err := j.writeDeletions(log, to, &counts); err != nil {
		return counts, err
	}
	for i, s := range j.results {
		if _, _, err := s.take(0); err != nil || s.held != nil {
			return counts, cmp.Or(err, error(&user.AccountingError{What: fmt.Sprintf("shard %d has an outcome that no record of the input has, after record %d", i, counts.SettledUpTo)}))
		}
	}
	counts.Finished, counts.PerhapsTaken = !j.unfinished, j.sent
	return counts, nil
}

// writeSome writes the outcomes of records, first those of calls to the journal, as in any run.
func (j *Join) writeSome(records []*user.Record, log *journal.Journal, to writer.Writer, counts *engine.Summary) error {
	var all []user.Outcome
	for _, r := range records {
		counts.Read++
		o, found, err := j.outcome(r)
		if err != nil {
			return err
		}
		if found {
			all = append(all, o)
		}
	}
	return writeOutcomes(all, log, to, counts)
}

// writeDeletions writes the outcomes of users that are missing from the input of a mirror.
func (j *Join) writeDeletions(log *journal.Journal, to writer.Writer, counts *engine.Summary) error {
	deleted := j.results[j.part.Count]
	for record := counts.Read + 1; ; record++ {
		result, found, err := deleted.take(record)
		if err != nil || !found && record >= deleted.last {
			return err
		}
		if !found {
			continue // its call had no answer
		}
		counts.Read++
		counts.Missing++
		o, _ := result.For(&user.Record{Origin: user.Origin{Record: result.Record, Absent: true}, Op: user.Delete, User: user.User{ID: result.ID}})
		if err := writeOutcomes([]user.Outcome{o}, log, to, counts); err != nil {
			return err
		}
	}
}

func writeOutcomes(all []user.Outcome, log *journal.Journal, to writer.Writer, counts *engine.Summary) error {
	var called []user.Outcome
	for _, o := range all {
		if o.Attempts > 0 {
			called = append(called, o)
		}
	}
	if err := log.Settled(called); err != nil {
		return err
	}
	for i := range all {
		if err := to.Write(&all[i]); err != nil {
			return err
		}
		counts.Outcomes[all[i].Status]++
		counts.Written++
		counts.SettledUpTo = all[i].Record.Origin.Record
	}
	return nil
}

// outcome returns the outcome of a record, from the shard that has settled it.
func (j *Join) outcome(r *user.Record) (o user.Outcome, found bool, err error) {
	i := j.part.indexOf(r)
	result, found, err := j.results[i].take(r.Origin.Record)
	if err != nil || !found && j.unfinished {
		return o, false, err
	}
	if !found {
		return o, false, &user.AccountingError{What: fmt.Sprintf("record %d has no outcome in shard %d", r.Origin.Record, i)}
	}
	o, same := result.For(r)
	if !same && r.Err == nil {
		return o, false, &checkpoint.InputChangedError{Record: r.Origin.Record}
	}
	return o, true, nil
}
