package page

import (
	"slices"
	"strings"

	"usersync/sync/user"
	"usersync/writer/report"
)

// accounting shows that records and outcomes add up.
type accounting struct {
	Rows    []row
	Total   int
	Read    int // records, of which those after Settled have no outcome
	Deleted int // deletions of users missing from the input
	After   int // records that were read and have no outcome, because the run stopped
	Perhaps int // of these, the API has taken, or may have taken
	AddsUp  bool

	Changed, Unchanged, Rejected int
}

// row is an outcome and the records that have it.
type row struct {
	Status  user.Status
	Records int
	Share   float64
	Width   float64 // of its bar, in percent
	Meaning string
}

func newAccounting(s *report.Summary) accounting {
	a := accounting{Total: s.Outcomes.Total(), Read: s.RecordsRead, Deleted: s.Deleted().Users, AddsUp: s.Unaccounted() == 0}
	a.Changed, a.Unchanged, a.Rejected = changed(s), s.Outcomes.Unchanged, max(s.Outcomes.Rejected()-s.Parked.Settled(), 0)
	if s.State != report.Finished {
		a.After, a.Perhaps = max(s.RecordsRead-s.SettledUpTo, 0), s.PerhapsTaken
	}
	for _, status := range user.Statuses {
		n := s.Outcomes.Count(status)
		if n == 0 {
			continue
		}
		part := share(float64(n), float64(a.Total))
		a.Rows = append(a.Rows, row{Status: status, Records: n, Share: part, Width: round(max(100*part, 0.5)), Meaning: meaning(status)})
	}
	return a
}

// Equation is how records and outcomes add up, in words.
func (a accounting) Equation() string {
	left := report.Count(a.Read, "record") + " read"
	if a.Deleted > 0 {
		left += " + " + report.Count(a.Deleted, "deletion")
	}
	if a.After > 0 {
		left += " − " + report.Thousands(a.After) + " without a result"
	}
	if !a.AddsUp {
		return left + " ≠ " + report.Count(a.Total, "outcome") + ". They do not add up: this is a bug in usersync, please report it."
	}
	return left + " = " + report.Count(a.Total, "outcome") + "."
}

// Bars are the outcomes side by side.
func (a accounting) Bars() (bars []bar) {
	x := 0.0
	for _, r := range a.Rows {
		w := 100 * r.Share
		bars = append(bars, bar{X: round(x), W: round(max(w, 0.3)), H: height, Class: string(r.Status), Title: report.Label(r.Status) + ": " + report.Thousands(r.Records)})
		x += w
	}
	return bars
}

// meaning says what an outcome means for the reader.
func meaning(s user.Status) string {
	return map[user.Status]string{
		user.Created:   "the API says that it created the user",
		user.Updated:   "the API says that it updated the user",
		user.Deleted:   "the API says that it deleted the user",
		user.Unchanged: "the API already holds this; nothing was sent",
		user.Accepted:  "the API took it for later and promises no more",
		user.Invalid:   "not sent: the row breaks a rule; correct the row",
		user.Refused:   "the API does not take it, or a rule forbids it",
		user.Failed:    "it never got through; it is safe to send it again",
		user.InDoubt:   "sent, and nothing tells what happened to it",
	}[s]
}

// Notes says in sentences what a person should know about the records besides their outcomes.
func (r *run) Notes() []string {
	notes := slices.Concat(r.Lookalikes.Notes(), r.RepeatedIDs.Notes(), report.DoubtfulNotes(r.Doubtful, r.RecordsRead), r.Parked.Notes())
	for i, note := range notes {
		notes[i] = strings.ToUpper(note[:1]) + note[1:] + "."
	}
	return notes
}
