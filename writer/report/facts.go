package report

import (
	"time"

	"usersync/writer"
)

// Plan is the saved plan that a run applied.
type Plan struct {
	// Path of the plan file, as it was given.
	Path string `json:"path"`
	// SHA-256 of the plan file.
	SHA256 string `json:"sha256" jsonschema:"pattern=^[0-9a-f]{64}$"`
	// Records that the plan holds a call for.
	Calls int `json:"calls" jsonschema:"minimum=0"`
	// Name of the person who approved the plan, as given.
	ApprovedBy string `json:"approved_by,omitempty"`
}

// Calls counts the calls of one kind.
type Calls struct {
	// Calls made, including repeated ones.
	Made int `json:"made" jsonschema:"minimum=0"`
	// Calls by result: ok, http_503, timeout and so on.
	Met map[string]int `json:"met,omitempty"`
}

// Pace is what held the calls back.
type Pace struct {
	// Highest limit during the run, in calls per second; absent if there was no limit.
	Ceiling float64 `json:"ceiling_per_second,omitempty"`
	// Lowest limit during the run, in calls per second; absent if there was no limit.
	Lowest float64 `json:"lowest_per_second,omitempty"`
	// Calls let through.
	Calls int `json:"calls" jsonschema:"minimum=0"`
	// Answers that said there were too many requests.
	Throttled int `json:"throttled" jsonschema:"minimum=0"`
	// What the pace did, in order.
	Events []PaceEvent `json:"events,omitempty"`
	// Further events, not listed.
	EventsLeftOut int `json:"events_left_out,omitempty"`
}

// PaceEvent is one thing that the pace did.
type PaceEvent struct {
	// When it was done.
	At time.Time `json:"at"`
	// What was done: paused, slowed, recovered, down, up, stopped.
	What string `json:"what"`
	// Why.
	Why string `json:"why,omitempty"`
	// How long it lasted, in seconds; absent if that does not apply.
	Seconds float64 `json:"seconds,omitempty"`
	// Limit from then on, in calls per second; absent if it did not change.
	PerSecond float64 `json:"per_second,omitempty"`
}

// Scope is what the users were sent to.
type Scope struct {
	// Name of the destination, such as kard.
	Destination string `json:"destination"`
	// Host that the calls went to.
	Host string `json:"host,omitempty"`
	// Base URL that the calls went to, in one spelling: scheme and host in lower case,
	// no port that the scheme implies, no slash at the end.
	BaseURL string `json:"base_url,omitempty"`
	// Account there: the organization, issuer or tenant.
	Account string `json:"account,omitempty"`
	// The destination was the built-in sandbox.
	Sandbox bool `json:"sandbox,omitempty"`
}

// Input is one file that was read.
type Input struct {
	// Path as it was given; - is standard input.
	Path string `json:"path"`
	// How the place of a URL calls the version that was read: a version of a bucket, a generation,
	// or an entity tag; absent for local files.
	Version string `json:"version,omitempty"`
	// Format: csv or jsonl.
	Format writer.Format `json:"format,omitempty"`
	// Bytes read, after decompression.
	Bytes int64 `json:"bytes,omitempty" jsonschema:"minimum=0"`
	// SHA-256 of those bytes; absent if the input was not read to its end.
	SHA256 string `json:"sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
	// Records read.
	Records int `json:"records" jsonschema:"minimum=0"`
}

// File is one file that was written.
type File struct {
	// What it holds: results or rejects.
	Holds string `json:"holds"`
	// Path of the file.
	Path string `json:"path"`
	// Records in it.
	Records int `json:"records" jsonschema:"minimum=0"`
	// Its size.
	Bytes int64 `json:"bytes,omitempty" jsonschema:"minimum=0"`
	// SHA-256 of its contents; absent where a person's data was erased from it.
	SHA256 string `json:"sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
}

// Config identifies the configuration of a run.
type Config struct {
	// Path of the config file.
	Path string `json:"path,omitempty"`
	// SHA-256 of the config in force.
	SHA256 string `json:"sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
	// SHA-256 of the mapping of columns to fields.
	MappingSHA256 string `json:"mapping_sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
}

// Program is what ran.
type Program struct {
	// Version of usersync.
	Version string `json:"version"`
	// Commit that it was built from.
	Commit string `json:"commit,omitempty"`
}

// By is who ran it, and where.
type By struct {
	// User of the operating system.
	User string `json:"user,omitempty"`
	// Host name of the machine.
	Host string `json:"host,omitempty"`
	// Arguments of the command, with secret values masked.
	Arguments []string `json:"arguments,omitempty"`
}
