package notify

import (
	"fmt"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// MessageFormat is the version of Message. It changes only if programs that know an older
// version would misread it.
const MessageFormat = 1

// mostReasons is how many reasons a message lists.
const mostReasons = 5

// Message is what a notification says: JSON for a program, and the source of the texts for
// people. It holds no id and no value of a user. Unknown facts are left out.
type Message struct {
	Format int `json:"format"`
	// Event is ok, warning, failed or recovered.
	Event string `json:"event"`
	// State is ok, warning or failed.
	State State `json:"state"`
	// Previous is the state that was last told; empty if none was.
	Previous    State  `json:"previous,omitempty"`
	Destination string `json:"destination"`
	Run         string `json:"run,omitempty"`
	End
	Counts
	// Dir is the directory of the run, with its summary, and Report its report.
	Dir    string `json:"dir,omitempty"`
	Report string `json:"report,omitempty"`
	Next   string `json:"next,omitempty"`
	Host   string `json:"host,omitempty"`
}

// End is how a run ended.
type End struct {
	ExitCode int `json:"exit_code"`
	// Meaning is the exit code in words.
	Meaning string `json:"meaning"`
	// Error is why the run did not end well, in one line.
	Error      string     `json:"error,omitempty"`
	StartedAt  *time.Time `json:"started_at,omitempty"`
	FinishedAt time.Time  `json:"finished_at"`
}

// Counts are the records of a run.
type Counts struct {
	RecordsRead *int             `json:"records_read,omitempty"`
	Outcomes    *writer.Outcomes `json:"outcomes,omitempty"`
	// Parked are rejects that earlier runs have met, too.
	Parked *Parked `json:"parked,omitempty"`
	// Reasons are the most frequent reasons for rejects, and Groups the largest groups of
	// rejects that have one cause.
	Reasons []Reason `json:"reasons,omitempty"`
	Groups  []Group  `json:"groups,omitempty"`
}

// Parked counts users that are not sent because the API refused them in earlier runs, invalid
// rows that earlier runs have met, and users that the next runs will not send.
type Parked struct {
	Users     int `json:"users"`
	Invalid   int `json:"invalid,omitempty"`
	FromNowOn int `json:"from_now_on,omitempty"`
}

// Group is the rejects of one cause.
type Group struct {
	Key     string      `json:"key"` // for usersync retry --group
	Outcome user.Status `json:"outcome"`
	Code    string      `json:"code,omitempty"`
	HTTP    int         `json:"http_status,omitempty"`
	Field   string      `json:"field,omitempty"`
	Records int         `json:"records"`
	Share   float64     `json:"share"` // of all rejects, from 0 to 1
	Retry   cause.Retry `json:"retry"`
	Do      string      `json:"do"`
}

// Reason is why records were rejected, and how many.
type Reason struct {
	Outcome user.Status `json:"outcome"`
	Code    string      `json:"code"`
	Records int         `json:"records"`
}

// add copies what a notification says of a summary.
func (m *Message) add(s *report.Summary) {
	if m.ExitCode == exit.OK && s.Outcomes.Rejected() > s.Parked.Settled() {
		m.Meaning = "finished, with no more invalid and refused users than allow_rejects lets count as success"
	}
	started := s.StartedAt
	m.Run, m.StartedAt, m.Next, m.Host = s.Run, &started, s.Next, s.By.Host
	m.RecordsRead, m.Outcomes = &s.RecordsRead, &s.Outcomes
	if p := s.Parked; p != nil {
		m.Parked = &Parked{p.Users, p.Invalid, p.FromNowOn}
	}
	for _, status := range user.Statuses {
		if !status.Rejected() {
			continue
		}
		for _, c := range s.Codes[status] {
			m.Reasons = append(m.Reasons, Reason{status, c.Code, c.Records})
		}
	}
	sortReasons(m.Reasons)
	m.Reasons = m.Reasons[:min(len(m.Reasons), mostReasons)]
	if s.ErrorGroups != nil {
		m.addGroups(s.ErrorGroups.Groups)
	}
}

// addGroups adds the largest groups. Their messages and places stay in the summary.
func (m *Message) addGroups(all []cause.ErrorGroup) {
	for i := range all[:min(len(all), mostReasons)] {
		g := &all[i]
		m.Groups = append(m.Groups, Group{g.Key, g.Outcome, g.Code, g.HTTP, g.Field, g.Records, g.Share, g.Retry, g.Do})
	}
}

// title is one line for people.
func (m *Message) title() string {
	text := "usersync to " + m.Destination + ": " + m.Event
	if m.Event != string(m.State) {
		return text + ", the last run is " + string(m.State)
	}
	return fmt.Sprintf("%s (exit code %d)", text, m.ExitCode)
}

// lines are what follows the title, for people.
func (m *Message) lines() []string {
	all := []string{m.Meaning}
	if m.Error != "" {
		all = append(all, m.Error)
	}
	if m.Outcomes != nil {
		all = append(all, m.counts())
	}
	all = append(all, m.causes()...)
	if m.Dir != "" {
		where := "files: " + m.Dir
		if m.Host != "" {
			where += " on " + m.Host
		}
		all = append(all, where)
	}
	if m.Report != "" {
		all = append(all, "report: "+m.Report)
	}
	if m.Next != "" {
		all = append(all, "next: "+m.Next)
	}
	return all
}

// causes says why records were rejected, and what to do. Parked users have a line of their
// own.
func (m *Message) causes() (all []string) {
	for i := range m.Groups {
		if g := &m.Groups[i]; g.Code != user.CodeParked {
			all = append(all, g.line())
		}
	}
	for _, r := range m.Reasons {
		if len(m.Groups) == 0 && r.Code != user.CodeParked {
			all = append(all, fmt.Sprintf("%s %s: %s", report.Label(r.Outcome), r.Code, report.Count(r.Records, "user")))
		}
	}
	if p := m.Parked; p != nil && p.Users > 0 {
		all = append(all, report.Count(p.Users, "parked user")+" not sent")
	}
	if p := m.Parked; p != nil && p.FromNowOn > 0 {
		all = append(all, report.Count(p.FromNowOn, "user")+" parked from now on")
	}
	return all
}

func (g *Group) line() string {
	what := report.Label(g.Outcome) + " " + g.Code
	if g.HTTP != 0 && g.Code != fmt.Sprintf("http_%d", g.HTTP) {
		what = fmt.Sprintf("%s (HTTP %d)", strings.TrimSpace(what), g.HTTP)
	}
	if g.Field != "" {
		what += ", " + g.Field
	}
	return fmt.Sprintf("%s: %s. %s", strings.TrimSpace(what), report.Count(g.Records, "user"), g.Do)
}

func (m *Message) counts() string {
	parts := []string{report.Count(*m.RecordsRead, "record") + " read"}
	for _, status := range user.Statuses {
		if n := m.Outcomes.Count(status); n > 0 {
			parts = append(parts, report.Thousands(n)+" "+report.Label(status))
		}
	}
	return strings.Join(parts, ", ")
}
