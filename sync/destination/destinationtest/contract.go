package destinationtest

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// applied are the statuses that Apply may return.
var applied = []user.Status{
	user.Created, user.Updated, user.Deleted, user.Unchanged, user.Accepted, user.Refused, user.InDoubt, user.Exists, user.Missing, user.Busy,
}

// fitting are those that only one kind of call may return.
var fitting = map[user.Status]user.Op{user.Deleted: user.Delete, user.Exists: user.Create}

// wellFormed checks the outcome of b.Records[i] against the contract of Apply.
func (sc *scene) wellFormed(b user.Batch, i int, o user.Outcome) {
	sc.t.Helper()
	op, fits := fitting[o.Status]
	switch {
	case o.Status == user.Invalid && sc.traits.OwnKeys && b.Op != user.Create: // a Remote that is not a key of this API
	case !slices.Contains(applied, o.Status):
		sc.t.Errorf("%s answers %q, which Apply may not", b.Op, o.Status)
	case fits && op != b.Op, b.Op == user.Delete && (o.Status == user.Created || o.Status == user.Updated):
		sc.t.Errorf("%s answers %q", b.Op, o.Status)
	case o.Record != nil && o.Record != b.Records[i]:
		sc.t.Errorf("outcome %d speaks of another record", i)
	case o.Attempts != 0 || o.Took != 0 || !o.At.IsZero() || o.Action != "":
		sc.t.Errorf("outcome %d fills what is not the client's: %+v", i, o)
	case sc.traits.OwnKeys && o.Status == user.Created && o.Remote == "":
		sc.t.Errorf("outcome %d is created and carries no Remote, though the API makes the keys", i)
	case !sc.traits.OwnKeys && o.Remote != "":
		sc.t.Errorf("outcome %d carries a Remote, though the API makes no keys", i)
	}
	sc.oneLine(o.Detail)
	if strings.ContainsFunc(o.Code, unicode.IsSpace) {
		sc.t.Errorf("the code %q is not one word", o.Code)
	}
}

func (sc *scene) oneLine(detail string) {
	sc.t.Helper()
	if utf8.RuneCountInString(detail) > 200 || strings.ContainsFunc(detail, unicode.IsControl) {
		sc.t.Errorf("a detail that is not one line of 200 characters: %q", detail)
	}
}

// hidden checks that texts leaving the client show nothing of the users except their
// ids, and nothing of the credentials. Its own errors show no values either.
func (sc *scene) hidden(what string, records []*user.Record, texts ...string) {
	sc.t.Helper()
	all := strings.ToLower(strings.Join(texts, "\n"))
	if strings.TrimSpace(all) == "" {
		return // saves time: this runs for thousands of users
	}
	for _, c := range sc.Credentials {
		if strings.Contains(all, strings.ToLower(c)) {
			sc.t.Errorf("%s shows a credential", what)
		}
	}
	for _, r := range records {
		for field, value := range expect.Values(r) {
			if strings.Contains(all, strings.ToLower(value)) {
				sc.t.Errorf("%s shows the value of %s", what, field)
			}
		}
	}
}

// describe puts an answer into words.
func describe(outcomes []user.Outcome, ce *destination.CallError) string {
	if ce != nil {
		return "error " + ce.Error()
	}
	var list []string
	for _, o := range outcomes {
		if text := fmt.Sprint(o.Status, " ", o.Code); !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}
