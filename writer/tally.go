package writer

import (
	"cmp"
	"slices"

	"usersync/sync/user"
)

// mostCodes bounds the memory that an API with ever new codes can take.
const mostCodes = 1000

// Tally is a Writer that counts, for the summary. Put it last in a Tee: it
// then counts what was written. Its zero value is ready.
type Tally struct {
	outcomes Outcomes
	last     int
	codes    map[user.Status]map[string]int
}

// Write counts o.
func (t *Tally) Write(o user.Outcome) error {
	if err := check(&o); err != nil {
		return err
	}
	if n := t.outcomes.of(o.Status); n != nil {
		*n++
	}
	t.last = o.Record.Origin.Record
	if o.Code != "" {
		t.count(o.Status, o.Code)
	}
	return nil
}

func (t *Tally) count(s user.Status, code string) {
	if t.codes == nil {
		t.codes = map[user.Status]map[string]int{}
	}
	codes := t.codes[s]
	if codes == nil {
		codes = map[string]int{}
		t.codes[s] = codes
	}
	if _, known := codes[code]; !known && len(codes) >= mostCodes {
		code = "other"
	}
	codes[code]++
}

// Outcomes returns the counts so far.
func (t *Tally) Outcomes() Outcomes { return t.outcomes }

// SettledUpTo returns the ordinal of the last record written; 0 if none was.
func (t *Tally) SettledUpTo() int { return t.last }

// Codes returns the codes that each status had, at most the top most frequent
// ones, the most frequent first. Beyond 1000 different codes of a status, new
// ones are counted as "other".
func (t *Tally) Codes(top int) map[user.Status][]Code {
	all := make(map[user.Status][]Code, len(t.codes))
	for status, codes := range t.codes {
		all[status] = frequent(codes, top)
	}
	return all
}

func frequent(codes map[string]int, top int) []Code {
	list := make([]Code, 0, len(codes))
	for code, n := range codes {
		list = append(list, Code{Code: code, Records: n})
	}
	slices.SortFunc(list, func(a, b Code) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Code, b.Code))
	})
	return list[:min(top, len(list))]
}
