package report

import (
	"time"

	"usersync/sync/user"
)

// Activity is how the run went. Its size does not grow with the input.
//
// It is about one process: if an earlier part of the run was interrupted, that part is
// not in it.
type Activity struct {
	// First record that this section covers: 1, or the first one after those that an
	// earlier, interrupted part of the run has written.
	FirstRecord int `json:"first_record" jsonschema:"minimum=1"`
	// Calls that could be in flight at a time, at most: as many as were needed, or as the API
	// worked on, if the program found that out.
	Workers int `json:"workers" jsonschema:"minimum=1"`
	// How long calls took, by kind: create, update, delete, read. From their turn to the
	// end of the answer.
	Latency map[string]Latency `json:"latency,omitempty"`
	// Calls that repeated an attempt, or carried a part of a batch that was refused as a
	// whole, by kind. They are among the calls of the kind.
	Retries map[string]int `json:"retries,omitempty"`
	// What time was spent on.
	Spent Spent `json:"spent_seconds"`
	// How the run went over time.
	Timeline Timeline `json:"timeline"`
}

// Latency is how long calls of one kind took, in milliseconds. Quantiles are the upper
// bounds of buckets: at most a quarter too high.
type Latency struct {
	// Calls of the kind.
	Calls int `json:"calls" jsonschema:"minimum=1"`
	// Half of the calls took at most this long.
	P50 float64 `json:"p50_ms" jsonschema:"minimum=0"`
	// Nine of ten calls took at most this long.
	P90 float64 `json:"p90_ms" jsonschema:"minimum=0"`
	// 99 of 100 calls took at most this long.
	P99 float64 `json:"p99_ms" jsonschema:"minimum=0"`
	// The longest call.
	Max float64 `json:"max_ms" jsonschema:"minimum=0"`
	// All calls together.
	Sum float64 `json:"sum_ms" jsonschema:"minimum=0"`
	// Calls by how long they took, without empty buckets.
	Buckets []Bucket `json:"buckets,omitempty"`
}

// Bucket counts the calls that took about the same time.
type Bucket struct {
	// Calls in it took less than this, in milliseconds, and at least what the bucket
	// before it says; absent in the last bucket, which has no bound.
	UpTo float64 `json:"up_to_ms,omitempty" jsonschema:"minimum=0"`
	// Calls in it.
	Calls int `json:"calls" jsonschema:"minimum=1"`
}

// Spent is seconds by what they were spent on, added up over all workers, so that the sum
// can be longer than the run. The rest of the workers' time they had nothing to send.
type Spent struct {
	// Waiting until fewer calls were in flight.
	Slot float64 `json:"slot,omitempty"`
	// Waiting for the rate, while it was at its ceiling.
	Rate float64 `json:"rate,omitempty"`
	// Waiting for the rate, while the API had it lowered.
	Slowed float64 `json:"slowed,omitempty"`
	// In pauses that the API asked for, such as by Retry-After.
	Paused float64 `json:"paused,omitempty"`
	// Waiting while the API was down.
	Down float64 `json:"down,omitempty"`
	// Waiting between attempts.
	Backoff float64 `json:"backoff,omitempty"`
	// In calls that were answered with a success.
	Answered float64 `json:"answered,omitempty"`
	// In calls that failed.
	Failed float64 `json:"failed,omitempty"`
	// Waiting until the journal, or the intent to create a user, was stored.
	Journal float64 `json:"journal,omitempty"`
	// Not of workers: looking up records in the ledger.
	Ledger float64 `json:"ledger,omitempty"`
	// Not of workers: writing results, the ledger and checkpoints.
	Results float64 `json:"results,omitempty"`
}

// Timeline is a run over time, in points of the same width.
type Timeline struct {
	// When the first point begins.
	StartedAt time.Time `json:"started_at"`
	// Width of a point in seconds: 1, or doubled until there are at most 120 points.
	WidthSeconds int `json:"width_seconds" jsonschema:"minimum=1"`
	// The points where something happened, in order.
	Points []Point `json:"points,omitempty"`
}

// Point is what happened during a part of a run.
type Point struct {
	// When it begins, in seconds after the first point.
	At int `json:"at_seconds" jsonschema:"minimum=0"`
	// Records that were settled, by outcome. Of a run that stopped, some of them may not
	// be in results yet.
	Outcomes map[user.Status]int `json:"outcomes,omitempty"`
	// Calls that began.
	Calls int `json:"calls,omitempty" jsonschema:"minimum=0"`
	// Those of them that failed.
	Failed int `json:"failed,omitempty" jsonschema:"minimum=0"`
	// Those of them that were answered with 429.
	Throttled int `json:"throttled,omitempty" jsonschema:"minimum=0"`
	// Lowest limit of calls per second as they began; absent if there was no limit.
	PerSecond float64 `json:"per_second,omitempty" jsonschema:"minimum=0"`
}

// Milliseconds is a time as files show it, precise to the microsecond.
func Milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
