package pod

import (
	"encoding/json"
	"strings"
	"testing"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

func TestMessageFits(t *testing.T) {
	code := 4
	long := strings.Repeat("\u202eé\x1b", 5000)
	for name, m := range map[string]Message{
		"an error":        {Error: long, Hint: "do this", Next: "usersync resume r"},
		"a next command":  {Error: "why", Next: long},
		"everything long": {Command: long, Version: long, Error: long, Hint: long, Next: long, Meaning: long},
		"many runs":       {Error: long, Runs: manyRuns(100)},
	} {
		m.State, m.ExitCode = Stopped, &code
		line := m.encode()
		got, err := decode(line)
		if err != nil || len(line) >= 4096 || got.State != Stopped || *got.ExitCode != code {
			t.Errorf("%s: %d bytes, %v, %s", name, len(line), err, line)
		}
		if strings.ContainsAny(string(line[:len(line)-1]), "\n\x1b\u202e") || got.Error == "" && m.Error != "" {
			t.Errorf("%s: %s", name, line)
		}
		if name == "a next command" && got.Next != "" {
			t.Errorf("half a command: %s", line)
		}
		if name == "many runs" && (len(got.Runs) == 0 || len(got.Runs)+got.More != 100) {
			t.Errorf("%d runs and %d more", len(got.Runs), got.More)
		}
	}
}

func manyRuns(n int) []Run {
	all := make([]Run, n)
	for i := range all {
		all[i] = Run{Run: "20260101T000000Z-aaaaaa", To: "kard", Outcomes: &writer.Outcomes{}, Reasons: []Reason{{user.Invalid, "bad", 1}}}
	}
	return all
}

func TestCutOffMessageIsNone(t *testing.T) {
	code := 0
	line := Message{State: Finished, ExitCode: &code}.encode()
	for n := range line {
		if m, err := decode(line[:n]); err == nil {
			t.Errorf("%s: %+v", line[:n], m)
		}
	}
	if _, err := decode(Message{State: Running}.encode()); err == nil {
		t.Error("a message without an exit code confirms one")
	}
}

func TestRunOf(t *testing.T) {
	var s report.Summary
	s.Run, s.ExitCode, s.RecordsRead = "r", 3, 10
	s.Outcomes.Refused, s.Outcomes.Created = 4, 6
	s.Codes = map[user.Status][]writer.Code{user.Refused: {{Code: "a", Records: 1}, {Code: "b", Records: 1}, {Code: "c", Records: 1}, {Code: "d", Records: 1}}, user.Created: {{Code: "x", Records: 6}}}
	s.Parked = &report.Parked{Users: 2, Invalid: 1}
	text, err := json.Marshal(RunOf("kard", &s))
	want := `{"run":"r","to":"kard","exit_code":3,"records_read":10,"outcomes":{"created":6,"updated":0,"deleted":0,"unchanged":0,"accepted":0,"invalid":0,"refused":4,"failed":0,"in_doubt":0},"parked":3,` +
		`"reasons":[{"outcome":"refused","code":"a","records":1},{"outcome":"refused","code":"b","records":1},{"outcome":"refused","code":"c","records":1}]}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}
