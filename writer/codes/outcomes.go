package codes

import "usersync/sync/user"

// Outcome explains one of the nine outcomes.
type Outcome struct {
	Status  user.Status
	Meaning string
	Do      string
}

// Outcomes returns every outcome that a record can have.
func Outcomes() []Outcome {
	return []Outcome{
		{user.Created, "The API created the user, or a read-back found it with exactly this data.", "Nothing."},
		{user.Updated, "The API changed the user, or a read-back showed the new values.", "Nothing."},
		{user.Deleted, "The API deleted, blocked or deactivated the user, or proved that there was nothing to delete.", "Nothing."},
		{user.Unchanged, "The API has this data already: the ledger shows it and no call was made, or a read that was needed anyway did.", "Nothing."},
		{user.Accepted, "The API took the record for later and promised nothing more.", "Look at the API's own report."},
		{user.Invalid, "usersync did not send the record, because the row, its id or one of its values breaks a rule. `detail` names the line, the column and the rule.",
			"Correct the row in `rejects` and run that file."},
		{user.Refused, "The API would not take the record, or a rule about who the user is forbids it. `detail` has the API's words as far as they may be shown.",
			"Correct the row in `rejects` and run that file."},
		{user.Failed, "The call never got through although other calls did, and the retries are used up. Nothing was changed, unless `detail` says what was.", "Run `usersync retry`. It is safe."},
		{user.InDoubt, "The record was sent, and neither an answer nor a read-back shows what happened.",
			"Run `usersync retry`: the user is looked up first. Where the API has no lookup, find out what happened and record it with `usersync ledger resolve`."},
	}
}

// Column explains one column of results.
type Column struct{ Name, Meaning string }

// Columns returns the columns of results, in order.
func Columns() []Column {
	return []Column{
		{"record", "Number of the record in the whole input of the run: 1, 2, 3 and so on. It is the key of the row."},
		{"file", "The input file, as it was given."},
		{"line", "Line of the file where the record begins. For people: two records can have the same one."},
		{"id", "Your id of the user, without the blanks and invisible characters around it."},
		{"remote_id", "The API's key of the user, where the API makes keys. Otherwise empty."},
		{"action", "The last call made for the record: create, update or delete. Empty if none was."},
		{"outcome", "One of the nine outcomes."},
		{"http_status", "HTTP status of the last answer about the record. Empty if none came."},
		{"code", "Why, in one word: a code of usersync or of the API. Often empty for a success."},
		{"detail", "Why, in a sentence. It never holds a value of the user, and words of the API are masked with … unless they are known to be harmless."},
		{"attempts", "Calls that carried this record, repeated ones included."},
		{"ms", "Milliseconds from the first attempt to the outcome. 0 if nothing was sent."},
		{"at", "When the outcome was known, in UTC."},
		{"request_id", "The API's own id of the call, if it sent one. Quote it when you ask the vendor."},
	}
}
