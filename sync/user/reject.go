package user

// The columns that a rejects file adds before those of the input. Writer and reader
// share these names.
const (
	RejectPrefix  = "_usersync_"             // of each such column, and of each such key in JSON
	RejectOutcome = RejectPrefix + "outcome" // a Status; the first column
	RejectCode    = RejectPrefix + "code"
	RejectDetail  = RejectPrefix + "detail"
	RejectRun     = RejectPrefix + "run" // the run that rejected the row
	RejectRecord  = RejectPrefix + "record"
	RejectFile    = RejectPrefix + "file" // only if the run read several inputs
	RejectLine    = RejectPrefix + "line"
	RejectRaw     = RejectPrefix + "raw" // the row, if it could not be split into cells; the last column
)

// Mask replaces a secret in rejects, in messages and wherever a Secret is printed.
const Mask = "***"

// Erased replaces the id and the raw row of a person who was erased from a run's
// files.
const Erased = "[erased]"
