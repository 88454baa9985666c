package writer

import (
	"cmp"
	"slices"

	"usersync/sync/user"
)

// mostCodes limits the memory for an API that keeps returning new codes.
const mostCodes = 1000

// Code is a reason and how many records have it.
type Code struct {
	// Short word for the reason, usersync's own or the API's.
	Code string `json:"code"`
	// Records with this code.
	Records int `json:"records" jsonschema:"minimum=1"`
}

// Codes is a Writer that counts codes, for the summary. Put it last in a Tee: it then counts
// what was written. The zero value is ready to use.
type Codes struct {
	counts map[user.Status]map[string]int
}

// Write counts the code of o, if it has one.
func (c *Codes) Write(o *user.Outcome) error {
	if o.Code == "" {
		return nil
	}
	counts := c.counts[o.Status]
	if counts == nil {
		counts = c.open(o.Status)
	}
	code := o.Code
	if _, known := counts[code]; !known && len(counts) >= mostCodes {
		code = "other"
	}
	counts[code]++
	return nil
}

func (c *Codes) open(s user.Status) map[string]int {
	if c.counts == nil {
		c.counts = map[user.Status]map[string]int{}
	}
	c.counts[s] = map[string]int{}
	return c.counts[s]
}

// Of returns how many records of status s have the code.
func (c *Codes) Of(s user.Status, code string) int { return c.counts[s][code] }

// Top returns the n most frequent codes of each status, the most frequent first. After 1000
// different codes of a status, new ones count as "other".
func (c *Codes) Top(n int) map[user.Status][]Code {
	top := make(map[user.Status][]Code, len(c.counts))
	for status, counts := range c.counts {
		top[status] = frequent(counts, n)
	}
	return top
}

func frequent(counts map[string]int, n int) []Code {
	list := make([]Code, 0, len(counts))
	for code, records := range counts {
		list = append(list, Code{Code: code, Records: records})
	}
	slices.SortFunc(list, func(a, b Code) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Code, b.Code))
	})
	return list[:min(n, len(list))]
}
