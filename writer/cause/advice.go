package cause

import (
	"cmp"

	"usersync/sync/user"
)

// Retry says whether sending the records of a group again can help.
type Retry string

// The answers.
const (
	Yes      Retry = "yes"
	AfterFix Retry = "after_fix" // once the rows, the settings or the destination have changed
	No       Retry = "no"
)

// Advice is what to do about a cause.
type Advice struct {
	Retry Retry
	Do    string // one sentence without a full stop; no values
}

// Known is a cause that is known, and what to do about it. Empty fields match every cause.
type Known struct {
	Status user.Status
	Code   string
	HTTP   int
	Field  string
	Advice
}

func (k *Known) fits(c Cause) bool {
	return (k.Status == "" || k.Status == c.Status) && (k.Code == "" || k.Code == c.Code) &&
		(k.HTTP == 0 || k.HTTP == c.HTTP) && (k.Field == "" || k.Field == c.Field)
}

// adviceOn returns the advice of the first known cause that fits: what is known of the
// destination first, then what is known of all.
func adviceOn(c Cause, known []Known) Advice {
	if c.Deletion {
		return adviceOnDeletion(c)
	}
	own := find(c, known)
	general := find(c, general())
	return Advice{Retry: cmp.Or(own.Retry, general.Retry), Do: cmp.Or(own.Do, general.Do)}
}

func find(c Cause, among []Known) Advice {
	for i := range among {
		if among[i].fits(c) {
			return among[i].Advice
		}
	}
	return Advice{}
}

// adviceOnDeletion is about users missing from the input, who are in no rejects.
func adviceOnDeletion(c Cause) Advice {
	if c.Code == user.CodeLookalike {
		return Advice{No, "the next mirror deletes them, if both ids are different users; otherwise correct the id in the file"}
	}
	return Advice{No, "run the mirror again: it deletes the users that are still missing from the input"}
}

const (
	fixRow   = "correct the rows in rejects, or the mapping, then send them again"
	sendSoon = "send them again: nothing was taken"
	lookUp   = "send them again: usersync first looks up what the API holds, where it can"
)

// general are the causes that every destination has. The last four fit every reject.
func general() []Known {
	invalid := func(code string, r Retry, do string) Known {
		return Known{Status: user.Invalid, Code: code, Advice: Advice{r, do}}
	}
	refused := func(code string, r Retry, do string) Known {
		return Known{Status: user.Refused, Code: code, Advice: Advice{r, do}}
	}
	doubtful := func(code string, r Retry, do string) Known {
		return Known{Status: user.InDoubt, Code: code, Advice: Advice{r, do}}
	}
	return []Known{
		invalid(user.CodeSuperseded, No, "nothing: newer values of these users were sent since; --allow-stale would send the old ones"),
		invalid(user.CodeUnknownRemote, AfterFix, "give their keys in a column remote_id, or run with --adopt"),
		invalid("id_changed", AfterFix, "put the ids back as text: a spreadsheet may have changed them"),
		invalid("damaged_id", AfterFix, "export the ids as text: a spreadsheet wrote them as numbers"),
		invalid("torn", AfterFix, "export the file again: its last line may have been cut"),
		invalid("no_such_call", No, "leave these rows out: the destination has no such operation"),
		invalid("invalid_utf8", AfterFix, "name the charset of the file with --charset"),
		invalid("invalid_charset", AfterFix, "name the right --charset of the file"),
		invalid("ragged", AfterFix, "put quotes around cells that hold the delimiter, in the export or in rejects"),
		invalid("bad_op", AfterFix, "use a word that op_column maps, in each row"),
		refused(user.CodeExists, No, "use --mode upsert if these users should be updated"),
		refused(user.CodeMissing, No, "use --mode upsert if these users should be created"),
		refused(user.CodeProtected, No, "nothing: they are on the list of --protect"),
		refused(user.CodeSameUser, AfterFix, "if an id was renamed, run usersync ledger rename OLD NEW; otherwise correct one of the two rows"),
		refused(user.CodeRepeatedID, AfterFix, "keep one row for each id, or set repeated_ids: apply"),
		refused("parked", No, "correct the rows; until they change they are sent again only after some days, or with --retry-parked"),
		{Status: user.Refused, HTTP: 413, Advice: Advice{AfterFix, "shorten the values: the API takes no call of this size"}},
		doubtful(user.CodeUnprovedAbsent, AfterFix, "check base_url and the account; if these users are really gone, accept that with --absent-ok"),
		doubtful(user.CodeSameUser, AfterFix, "see which user the key leads to, then run usersync ledger rename OLD NEW or usersync ledger resolve ID --absent"),
		doubtful(user.CodeContradicted, AfterFix, "compare one of these users at the API with its row before you send more"),
		{Status: user.Failed, Code: user.CodeUnread, Advice: Advice{Yes, "send them again: the read that an update needs gave no answer"}},
		{Status: user.Failed, Code: user.CodeNotDeleted, Advice: Advice{Yes, "send them again: the API said that they were absent, and still shows them"}},
		{Status: user.Failed, Code: user.CodeBatchRefused, Advice: Advice{AfterFix, "find the row that the API does not take: send fewer at once with --batch-size 1"}},
		{Status: user.Failed, HTTP: 429, Advice: Advice{Yes, "send them again later, or lower --rate: the API limits the calls"}},
		{Status: user.Invalid, Advice: Advice{AfterFix, fixRow}},
		{Status: user.Refused, Advice: Advice{AfterFix, "correct what the API refuses in the rows of rejects, then send them again"}},
		{Status: user.Failed, Advice: Advice{Yes, sendSoon}},
		{Status: user.InDoubt, Advice: Advice{Yes, lookUp}},
	}
}
