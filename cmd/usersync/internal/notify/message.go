package notify

import (
	"fmt"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/user"
	"usersync/writer"
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
	ExitCode    int    `json:"exit_code"`
	// Meaning is the exit code in words.
	Meaning string `json:"meaning"`
	// Error is why the run did not end well, in one line.
	Error       string           `json:"error,omitempty"`
	StartedAt   *time.Time       `json:"started_at,omitempty"`
	FinishedAt  time.Time        `json:"finished_at"`
	RecordsRead *int             `json:"records_read,omitempty"`
	Outcomes    *writer.Outcomes `json:"outcomes,omitempty"`
	// Reasons are the most frequent reasons for rejects.
	Reasons []Reason `json:"reasons,omitempty"`
	// Dir is the directory of the run, with its summary and report.
	Dir  string `json:"dir,omitempty"`
	Next string `json:"next,omitempty"`
	Host string `json:"host,omitempty"`
}

// Reason is why records were rejected, and how many.
type Reason struct {
	Outcome user.Status `json:"outcome"`
	Code    string      `json:"code"`
	Records int         `json:"records"`
}

// add copies what a notification says of a summary.
func (m *Message) add(s *report.Summary) {
	started := s.StartedAt
	m.Run, m.StartedAt, m.RecordsRead, m.Outcomes, m.Next, m.Host = s.Run, &started, &s.RecordsRead, &s.Outcomes, s.Next, s.By.Host
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
}

// meaningOf returns an exit code in words.
func meaningOf(code int) string {
	for _, m := range exit.Meanings() {
		if m.Code == code {
			return m.Text
		}
	}
	return ""
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
	for _, r := range m.Reasons {
		all = append(all, fmt.Sprintf("%s %s: %s", report.Label(r.Outcome), r.Code, report.Count(r.Records, "user")))
	}
	if m.Dir != "" {
		where := "files: " + m.Dir
		if m.Host != "" {
			where += " on " + m.Host
		}
		all = append(all, where)
	}
	if m.Next != "" {
		all = append(all, "next: "+m.Next)
	}
	return all
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
