package stack

import (
	"net/http"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// try is the state of one batch in Retried.
type try struct {
	batch      user.Batch
	outcomes   []user.Outcome
	pending    []int  // indexes of records to be sent
	throttle   int    // 429 answers
	answered   uint64 // answered calls of the run at the last check
	unanswered int    // attempts since then: no call was answered, so they do not count yet
}

// part returns what to send: usually the whole batch.
func (t *try) part() user.Batch { return t.batch.At(t.pending) }

// keep stores the outcomes of what was sent.
func (t *try) keep(outcomes []user.Outcome) {
	switch {
	case outcomes == nil:
	case len(outcomes) == len(t.batch.Records):
		t.outcomes = outcomes
	default:
		verdict.Place(t.outcomes, outcomes, t.pending)
	}
}

// count decides whether the last attempt counts: it does if any call was answered since
// the one before. Until then it is only remembered.
func (t *try) count(outcomes []user.Outcome, answered uint64) {
	throttled := func(o user.Outcome) bool { return o.Status == user.Busy && o.HTTP == http.StatusTooManyRequests }
	if slices.ContainsFunc(outcomes, throttled) {
		if t.throttle++; t.throttle%throttlesPerRetry != 0 {
			return
		}
	}
	if t.unanswered++; answered != t.answered {
		t.answered = answered
		t.countRetry()
	}
}

// countRetry counts the last attempt against the retries of the pending records.
func (t *try) countRetry() {
	for _, i := range t.pending {
		t.batch.Records[i].RetriesUsed++
	}
	t.unanswered = 0
}

// keepPending keeps pending what may be sent again, and flags what may have been
// taken.
func (t *try) keepPending(replay destination.Replay) {
	pending := t.pending[:0]
	for _, i := range t.pending {
		record, status := t.batch.Records[i], t.outcomes[i].Status
		if status == user.InDoubt {
			record.MaybeSent = true
			record.Unanswered = record.Unanswered || verdict.Unanswered(t.batch.Op, t.outcomes[i].HTTP)
		}
		if status == user.Busy || status == user.InDoubt && replay != destination.Unsafe {
			pending = append(pending, i)
			continue
		}
		record.RetriesUsed += min(t.unanswered, 1) // a read-back may send it again
	}
	t.pending = pending
}
