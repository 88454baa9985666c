package pod

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"usersync/sync/user"
	"usersync/sync/visible"
	"usersync/writer"
	"usersync/writer/report"
)

// State says how a command ended.
type State string

// The states.
const (
	Running  State = "running"  // written ahead: the command has not ended, or was killed with its parent
	Finished State = "finished" // it did what it was asked to do
	Stopped  State = "stopped"  // a run that has begun, and can be continued
	Failed   State = "failed"   // an error; a run has not begun
	Crashed  State = "crashed"  // a bug
	Killed   State = "killed"   // by a signal
)

// Message is how a command ended: what Kubernetes shows as the message of a container that
// has ended. It holds no value of the input and no id. Unknown facts are left out.
type Message struct {
	// Command is the first word of the command line.
	Command string `json:"command,omitempty"`
	// Version is that of the program.
	Version string `json:"version"`
	State   State  `json:"state"`
	// ExitCode is nil while the command runs.
	ExitCode *int `json:"exit_code,omitempty"`
	// Meaning is the exit code in words.
	Meaning string `json:"meaning,omitempty"`
	// Error is why it did not end well, in one line, then what to do and the command to
	// type next.
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`
	Next  string `json:"next,omitempty"`
	// Runs are the runs of the command, one for each destination.
	Runs []Run `json:"runs,omitempty"`
	// More is how many runs had no room in Runs.
	More int `json:"more_runs,omitempty"`
}

// Run is what is told of one run.
type Run struct {
	Run         string           `json:"run"`
	To          string           `json:"to"`
	ExitCode    int              `json:"exit_code"`
	RecordsRead int              `json:"records_read"`
	Outcomes    *writer.Outcomes `json:"outcomes"`
	// Parked are the invalid and refused users of earlier runs, too.
	Parked int `json:"parked,omitempty"`
	// Reasons are the most frequent reasons for rejects.
	Reasons []Reason `json:"reasons,omitempty"`
	// Hint and Next are what to do, if there is no error.
	Hint string `json:"hint,omitempty"`
	Next string `json:"next,omitempty"`
}

// Reason is why records were rejected, and how many.
type Reason struct {
	Outcome user.Status `json:"outcome"`
	Code    string      `json:"code"`
	Records int         `json:"records"`
}

// RunOf is what is told of the run with that summary.
func RunOf(to string, s *report.Summary) Run {
	r := Run{Run: s.Run, To: to, ExitCode: s.ExitCode, RecordsRead: s.RecordsRead, Outcomes: &s.Outcomes, Parked: s.Parked.Settled()}
	if s.Reason == "" {
		r.Hint, r.Next = oneLine(s.Hint), oneLine(s.Next)
	}
	for _, status := range user.Statuses {
		if codes := s.Codes[status]; status.Rejected() {
			for _, c := range codes[:min(len(codes), mostReasons)] {
				r.Reasons = append(r.Reasons, Reason{status, c.Code, c.Records})
			}
		}
	}
	return r
}

// mostReasons is how many reasons are told of each outcome.
const mostReasons = 3

// Largest is how many bytes of a message Kubernetes keeps.
const Largest = 4096

// mostText is how many bytes of a text there are at least room for, as JSON: every byte may
// need six.
const mostText = 200

// encode returns a message as one line of JSON that is shorter than Largest. What matters
// least is left out first.
func (m Message) encode() []byte {
	for _, text := range []*string{&m.Command, &m.Version, &m.Meaning, &m.Error, &m.Hint, &m.Next} {
		*text = oneLine(*text)
	}
	m.Runs = append([]Run(nil), m.Runs...)
	for {
		if line := m.json(); len(line) < Largest {
			return line
		}
		if !m.shorten() {
			return Message{Command: cut(m.Command), Version: cut(m.Version), State: m.State, ExitCode: m.ExitCode, Error: cut(m.Error)}.json()
		}
	}
}

// shorten leaves something out. It returns false when nothing is left that it may leave out.
func (m *Message) shorten() bool {
	for i := len(m.Runs) - 1; i >= 0; i-- {
		if r := &m.Runs[i]; r.Reasons != nil || r.Hint != "" || r.Next != "" {
			r.Reasons, r.Hint, r.Next = nil, "", ""
			return true
		}
	}
	for _, text := range []*string{&m.Error, &m.Hint} {
		if len(*text) > mostText {
			*text = cut(*text)
			return true
		}
	}
	if len(m.Next) > mostText {
		m.Next = "" // half a command is none
		return true
	}
	if n := len(m.Runs); n > 0 {
		m.Runs, m.More = m.Runs[:n-1], m.More+1
		return true
	}
	return false
}

func (m Message) json() []byte {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	_ = e.Encode(m) // strings and numbers alone
	return line.Bytes()
}

// cut shortens a text at a character.
func cut(text string) string {
	if len(text) <= mostText {
		return text
	}
	return strings.ToValidUTF8(text[:mostText-len("…")], "") + "…"
}

// oneLine is for logs: one line without what a terminal would obey.
func oneLine(text string) string {
	return visible.Text(strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "))
}

// decode reads a message that encode has written. One that was cut off is an error.
func decode(line []byte) (Message, error) {
	var m Message
	if !bytes.HasSuffix(line, []byte("\n")) {
		return m, errors.New("the message has no end")
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("read the message: %w", err)
	}
	if m.ExitCode == nil {
		return m, errors.New("the message has no exit code")
	}
	return m, nil
}
