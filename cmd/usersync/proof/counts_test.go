package proof

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// counted is a table of calls: how many, by kind and by result.
type counted map[string]map[string]int

func (c counted) add(kind, result string, n int) {
	if n == 0 {
		return
	}
	if c[kind] == nil {
		c[kind] = map[string]int{}
	}
	c[kind][result] += n
}

// compareCalls compares the table of calls in a run's summary with what the sandbox counted
// during the run: kind by kind, status by status. An answer that breaks on the way, and one that
// is not the API's, is a success to the server: the client may say so, or why it does not
// believe it.
func (c cell) compareCalls(t *testing.T, before, after state, o execution) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(o.dir, "summary.json"))
	if err != nil {
		return // the run ended before it made a call
	}
	var s struct {
		Calls map[string]struct {
			Made int
			Met  map[string]int
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	server, table := c.served(before, after), counted{}
	for kind, calls := range s.Calls {
		sum := 0
		for result, n := range calls.Met {
			table.add(kind, answerOf(result), n)
			sum += n
		}
		if sum != calls.Made {
			t.Errorf("%s: %d made, and the results are %v", kind, calls.Made, calls.Met)
		}
		if doubts := doubtsOf(calls.Met); kind == c.op && slices.Contains([]string{"html", "cut"}, c.trouble.kind) {
			// An answer without a body cannot be cut: the connection closes before it.
			struck := int(after.Faults[c.fault()] - before.Faults[c.fault()])
			if doubts != struck && server[kind]["no answer"] != struck {
				t.Errorf("%s: %d answers are not believed, and the fault struck %d times", kind, doubts, struck)
			}
		} else if doubts > 0 && !c.trouble.shape && c.trouble.kind != "empty" {
			t.Errorf("%s: answers of the API are not believed: %v", kind, calls.Met)
		}
	}
	if !maps.EqualFunc(server, table, maps.Equal) {
		t.Errorf("the server counts %v, and the summary says %v\n%s", server, table, o.stderr)
	}
}

// served is what the sandbox counted, without token calls and the one that asks a SCIM
// server what it can do: they are about no user.
func (c cell) served(before, after state) counted {
	all := counted{}
	for kind, answers := range after.Answers {
		for status, n := range answers {
			n -= before.Answers[kind][status]
			if kind == "read" && status == "200" && c.api == "scim" {
				n--
			}
			switch {
			case kind == "token":
			case status == "none":
				all.add(kind, "no answer", int(n))
			case status < "300":
				all.add(kind, "2xx", int(n))
			default:
				all.add(kind, "http_"+status, int(n))
			}
		}
	}
	return all
}

// answerOf is what a result in the table says about the answer.
func answerOf(result string) string {
	switch {
	case strings.HasPrefix(result, "http_") && result >= "http_300":
		return result
	case slices.Contains([]string{"eof", "reset", "broken", "timeout"}, result):
		return "no answer"
	}
	return "2xx"
}

func doubtsOf(met map[string]int) (n int) {
	for result, calls := range met {
		if result != "ok" && answerOf(result) == "2xx" {
			n += calls
		}
	}
	return n
}
