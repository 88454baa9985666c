package user

// What a rejects file says of a row stands in columns of its own, before the
// input's. Writer and reader both take the names from here.
const (
	RejectPrefix  = "_usersync_"             // of every such column, in CSV and as a key in JSON
	RejectOutcome = RejectPrefix + "outcome" // a Status; the first column
	RejectCode    = RejectPrefix + "code"
	RejectDetail  = RejectPrefix + "detail"
	RejectRun     = RejectPrefix + "run" // the run that rejected the row
	RejectRecord  = RejectPrefix + "record"
	RejectLine    = RejectPrefix + "line"
	RejectRaw     = RejectPrefix + "raw" // the row, if it could not be taken apart; the last column
)

// Mask stands for a secret in rejects, in messages and wherever a Secret is
// printed.
const Mask = "***"

// Erased stands where the id of a person stood who was erased from a run's
// files, and in place of the row as it was read.
const Erased = "[erased]"
