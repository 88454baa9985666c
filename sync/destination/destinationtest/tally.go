package destinationtest

import (
	"net/http"
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// tally counts calls by kind, and by what the server answered or the table of calls says.
type tally map[string]map[string]int

func (t tally) add(kind, what string, n int) {
	if t[kind] == nil {
		t[kind] = map[string]int{}
	}
	t[kind][what] += n
}

// answers are what the sandbox counted so far, without token calls: they are about no user.
func answers(sandbox Sandbox) tally {
	all := tally{}
	for kind, counted := range sandbox.Answers() {
		for status, n := range counted {
			if kind != "token" {
				all.add(kind, status, int(n))
			}
		}
	}
	return all
}

// toldAs is how the table tells of a call that the server answered with a status. Server
// and client see another thing only if the answer was no answer of the API: then the
// server counts the success that it meant, and the client one that it does not believe.
func toldAs(fault string, struck bool, status string) string {
	fault, _, _ = strings.Cut(fault, "@")
	switch {
	case status == "none":
		return silence
	case status >= "300":
		return "http_" + status
	case struck && (fault == "html" || fault == "cut"):
		return doubted
	}
	return believed
}

// group is what a result of the table says about the answer.
func group(result string) string {
	switch {
	case result == "ok":
		return believed
	case slices.Contains([]string{"eof", "reset", "broken", "timeout"}, result):
		return silence
	case strings.HasPrefix(result, "http_") && result >= "http_300":
		return result
	}
	return doubted
}

// kindOf is the kind of a call, as far as its method shows it.
func kindOf(op user.Op, method string) string {
	switch {
	case method == http.MethodGet:
		return destination.ReadCall
	case op == user.Delete && (method == http.MethodPut || method == http.MethodPatch):
		return string(user.Update)
	}
	return string(op)
}
