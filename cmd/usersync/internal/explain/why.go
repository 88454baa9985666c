package explain

import (
	"fmt"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
)

// cause is what is known about why a run did what it did with one row.
type cause struct {
	run    *Run
	asked  Asked
	header journal.Header
	row    writer.Result
	held   *Ledger // what the ledger holds now; nil if it is not known
	later  []Run   // that had the user, the newest first
	readBy []string

	ledgerCommand func(f config.Flag, verb string, ids ...string) string
	last          bool // no later row of the run is the user's
}

// full reports whether the run was told to treat the ledger as if nothing were equal.
func (c *cause) full() bool { return slices.Contains(c.header.Args, "--full") }

// why says why this was done and nothing different. What no file records is said to be
// unknown.
func (c *cause) why() (all []string) {
	all = append(all, c.decision())
	if text := explainCode(&c.row); text != "" {
		all = append(all, c.row.Code+": "+text)
	}
	if c.run.Sandbox {
		all = append(all, "It was a sandbox run: nothing reached the API.")
	}
	if !c.last {
		all = append(all, "A later row of the same run has the same id: rows of one id are sent in the order of the file.")
	}
	return all
}

// decision is the sentence on what was done.
func (c *cause) decision() string {
	row := c.row
	switch {
	case row.Row == unwritten && row.Status == user.Unsettled:
		return c.unsettled()
	case row.Row == unwritten && c.run.State == absorbed:
		return fmt.Sprintf("Only the journal holds the outcome. Run %s has absorbed this run: the ledger knows what was done.", c.run.ended.by)
	case row.Row == unwritten:
		return "The journal holds the outcome, and the results do not yet: resume writes them without sending the user again."
	case row.Status == user.Invalid && row.Code == user.CodeSuperseded:
		return "Nothing was sent: the row is a reject that is out of date."
	case !sent(&row) && row.Code == user.CodeProtected:
		return "Nothing was sent: the user is on the list of --protect."
	case row.Status == user.Invalid:
		return "Nothing was sent: usersync found the row wrong before any call, and does not guess."
	case row.Absent():
		return c.deletion()
	case row.Status == user.Unchanged:
		return c.unchanged()
	case row.Attempts == 0 && row.Status == user.Refused && row.Code == user.CodeExists:
		return "Nothing was sent: the ledger holds the user already, and mode create updates no users."
	case !sent(&row) && row.Code == user.CodeParked:
		return "Nothing was sent: the API has refused the same row in earlier runs, and the user is parked."
	case row.Attempts == 0 && row.Status == user.Refused:
		return "Nothing was sent: a rule about who the user is forbids it."
	case row.Attempts == 0:
		return fmt.Sprintf("No call of this record is recorded, although its outcome is %s.", row.Status)
	case row.Status == user.Failed && gotThrough[row.Code]:
		return fmt.Sprintf("%s It did not succeed in %s, for the reason that the code gives.", c.attempt(), exit.Plural(row.Attempts, "call"))
	case row.Status == user.Failed:
		return fmt.Sprintf("%s It did not get through in %s, while other calls did. It was given up, and is safe to send again.", c.attempt(), exit.Plural(row.Attempts, "call"))
	case row.Status == user.InDoubt:
		return c.attempt() + " " + doubt(row.Code) + " usersync does not call that a success, and does not send again what could be done twice."
	case row.Status == user.Refused:
		return c.attempt() + " The API did not take it" + answered(row.HTTP) + "."
	}
	return c.attempt() + success(&row)
}

// unsettled says what is known of a row that was sent, or about to be, and has no outcome.
func (c *cause) unsettled() string {
	const about = "The journal says that it was about to be sent, and holds no outcome"
	switch c.run.State {
	case killed:
		return about + ". If the run is still running, wait for its end. If it was killed, resume finds out what happened."
	case absorbed:
		return fmt.Sprintf("%s. Run %s has absorbed this run: nothing that was perhaps sent counts as known, so the next call for the user finds out.", about, c.run.ended.by)
	}
	return about + ": the run ended before the answer was known. resume finds out what happened."
}

// gotThrough are codes of records that failed although the API has answered.
var gotThrough = map[string]bool{
	user.CodeNotDeleted: true, user.CodeContradiction: true, user.CodeBatchRefused: true, user.CodeUnread: true, user.CodeNotPlanned: true,
	"not_applied": true, "not_mentioned": true, "whole_conflict": true,
}

// doubt says why it is not known what the API did.
func doubt(code string) string {
	switch code {
	case user.CodeContradiction, user.CodeContradicted, user.CodeUnprovedAbsent, "other_id", "no_key":
		return "What came back does not prove what the API did with it: see the code."
	}
	return "Neither an answer nor a read-back showed what the API did with it."
}

// success says how it is known that the API did what was asked for.
func success(row *writer.Result) string {
	switch {
	case row.Status == user.Accepted:
		return " The API took it for later" + answered(row.HTTP) + " and has confirmed nothing."
	case row.Code != "":
		return " It counts as done for the reason that the code gives" + answered(row.HTTP) + "."
	}
	return " The API confirmed it" + answered(row.HTTP) + "."
}

func answered(status int) string {
	if status == 0 {
		return ""
	}
	return fmt.Sprintf(" (HTTP %d)", status)
}

// unchanged says what showed that the API has the data already.
func (c *cause) unchanged() string {
	switch {
	case c.row.Code == user.CodeSame, c.row.Code == user.CodeAdopted, c.row.Code == "" && c.row.Attempts > 0:
		return "A read of the user showed no difference, so nothing was changed."
	case c.row.Code != "":
		return "Nothing was changed, for the reason that the code gives."
	case c.held == nil || c.held.Run == "":
		return "No call was made: the ledger showed every field of the row with the same fingerprint."
	case slices.ContainsFunc(c.later, func(r Run) bool { return r.Run == c.held.Run }):
		return fmt.Sprintf("No call was made: the ledger showed every field of the row with the same fingerprint. Run %s has changed the entry since.", c.held.Run)
	case c.held.Run == c.header.Run:
		return fmt.Sprintf("No call was made: the ledger showed every field of the row with the same fingerprint, after record %d of the same run.", c.held.Record)
	}
	return fmt.Sprintf("No call was made: the ledger has shown every field of the row with the same fingerprint since run %s, record %d.", c.held.Run, c.held.Record)
}

// deletion is about a user missing from the input of a mirror.
func (c *cause) deletion() string {
	const missing = "The ledger held the user for this feed, and the input, which was proved complete, did not."
	switch c.row.Status {
	case user.Deleted:
		return missing + " So the mirror deleted the user."
	case user.Refused:
		return missing + " The user was not deleted all the same: see the code."
	case user.Failed, user.InDoubt:
		return missing + " The delete was sent and is not settled."
	}
	return missing
}

// retriedIn returns the latest run that had the user after this one, in the same account.
func (c *cause) retriedIn() *Run {
	for i := range c.later {
		if c.run.sameAccount(&c.later[i]) {
			return &c.later[i]
		}
	}
	return nil
}

// sameAccount reports whether two runs sent users to the same place. Each sandbox run has a
// sandbox of its own, at another address.
func (r *Run) sameAccount(other *Run) bool {
	return r.To == other.To && r.Sandbox == other.Sandbox && (r.Sandbox || r.BaseURL == other.BaseURL)
}
