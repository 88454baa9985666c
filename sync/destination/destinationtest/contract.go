package destinationtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// applied are the statuses that Apply may return.
var applied = []user.Status{
	user.Created, user.Updated, user.Deleted, user.Unchanged, user.Accepted, user.Refused, user.InDoubt, user.Exists, user.Conflict, user.Missing, user.Busy,
}

// fitting are those that only one kind of call may return.
var fitting = map[user.Status]user.Op{user.Deleted: user.Delete, user.Exists: user.Create, user.Conflict: user.Create}

// contract judges what leaves a client, by what Apply and Find promise.
type contract struct {
	t           testing.TB
	traits      destination.Traits
	credentials []string
}

// wellFormed checks the outcome of b.Records[i] against the contract of Apply.
func (c *contract) wellFormed(b user.Batch, i int, o user.Outcome) {
	c.t.Helper()
	op, fits := fitting[o.Status]
	switch {
	case o.Status == user.Invalid && c.traits.OwnKeys && b.Op != user.Create: // a Remote that is not a key of this API
	case !slices.Contains(applied, o.Status):
		c.t.Errorf("%s answers %q, which Apply may not", b.Op, o.Status)
	case fits && op != b.Op, b.Op == user.Delete && (o.Status == user.Created || o.Status == user.Updated):
		c.t.Errorf("%s answers %q", b.Op, o.Status)
	case o.Record != nil && o.Record != b.Records[i]:
		c.t.Errorf("outcome %d speaks of another record", i)
	case o.Attempts != 0 || o.Took != 0 || !o.At.IsZero() || o.Action != "":
		c.t.Errorf("outcome %d fills what is not the client's: %+v", i, o)
	case c.traits.OwnKeys && o.Status == user.Created && o.Remote == "":
		c.t.Errorf("outcome %d is created and carries no Remote, though the API makes the keys", i)
	case !c.traits.OwnKeys && o.Remote != "":
		c.t.Errorf("outcome %d carries a Remote, though the API makes no keys", i)
	}
	c.oneLine(o.Detail)
	if strings.ContainsFunc(o.Code, unicode.IsSpace) {
		c.t.Errorf("the code %q is not one word", o.Code)
	}
}

func (c *contract) oneLine(detail string) {
	c.t.Helper()
	if utf8.RuneCountInString(detail) > 200 || strings.ContainsFunc(detail, unicode.IsControl) {
		c.t.Errorf("a detail that is not one line of 200 characters: %q", detail)
	}
}

// callError checks an error against the contract.
func (c *contract) callError(err error, records []*user.Record) *destination.CallError {
	c.t.Helper()
	ce := expect.CallError(c.t, err)
	if ce.Code == "" {
		c.t.Errorf("an error without a code: %v", err)
	}
	c.hidden("an error", records, err.Error(), ce.Code, ce.Detail, ce.RequestID)
	c.oneLine(ce.Detail)
	return ce
}

// hidden checks that texts leaving the client show nothing of the users except their
// ids, and nothing of the credentials. Its own errors show no values either.
func (c *contract) hidden(what string, records []*user.Record, texts ...string) {
	c.t.Helper()
	all := strings.ToLower(strings.Join(texts, "\n"))
	if strings.TrimSpace(all) == "" {
		return // saves time: this runs for thousands of users
	}
	for _, credential := range c.credentials {
		if strings.Contains(all, strings.ToLower(credential)) {
			c.t.Errorf("%s shows a credential", what)
		}
	}
	for _, r := range records {
		for field, value := range expect.Values(r) {
			if strings.Contains(all, strings.ToLower(value)) {
				c.t.Errorf("%s shows the value of %s", what, field)
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
