package report

import (
	"fmt"
	"strings"

	"usersync/sync/user"
)

// Lookalikes counts records whose ids are new and look like other ids: they differ only by
// case, normal form, width, invisible characters, decimals that are zero or zeros in front.
type Lookalikes struct {
	// Records with such ids.
	Records int `json:"records" jsonschema:"minimum=0"`
	// The first of them.
	First []Place `json:"first,omitempty"`
	// Deletions that mirror held back, because the users look like ids that are new.
	HeldBack int `json:"held_back,omitempty" jsonschema:"minimum=0"`
	// Without a ledger, ids more than this many records apart were not compared.
	Window int `json:"window,omitempty" jsonschema:"minimum=0"`
}

// Repeated counts records that have the id of an earlier record and say something different.
type Repeated struct {
	// Those records, without the first one of each id.
	Records int `json:"records" jsonschema:"minimum=1"`
	// The first of them.
	First []Place `json:"first,omitempty"`
}

// Place is where a record is in the input.
type Place struct {
	// File that it is in, as it was given.
	File string `json:"file"`
	// Line on which it begins.
	Line int `json:"line" jsonschema:"minimum=0"`
}

// LookalikesOf returns the facts about records that are noted as user.LooksLike, and about
// held deletions. window is how many records apart the ids were compared, if that is not
// the whole input; 0 if it is. It is nil if there is nothing to say.
func LookalikesOf(n user.NotedRecords, held, window int) *Lookalikes {
	if n.Count == 0 && held == 0 && window == 0 {
		return nil
	}
	return &Lookalikes{Records: n.Count, First: placesOf(n), HeldBack: held, Window: window}
}

// RepeatedOf returns the facts about records that are noted as user.Repeats; nil if there
// are none.
func RepeatedOf(n user.NotedRecords) *Repeated {
	if n.Count == 0 {
		return nil
	}
	return &Repeated{Records: n.Count, First: placesOf(n)}
}

func placesOf(n user.NotedRecords) []Place {
	var all []Place
	for _, p := range n.First {
		all = append(all, Place(p))
	}
	return all
}

// Notes says in sentences what a person should know about the ids; it has none for nil.
func (l *Lookalikes) Notes() []string {
	if l == nil {
		return nil
	}
	var all []string
	if l.Records > 0 {
		all = append(all, fmt.Sprintf("%s like other ids (%s): they may be one user in two spellings", idsLook(l.Records), linesOf(l.Records, l.First)))
	}
	if l.HeldBack > 0 {
		all = append(all, fmt.Sprintf("%s held back: the input has new ids that look like these users", Count(l.HeldBack, "deletion")))
	}
	if l.Window > 0 {
		all = append(all, fmt.Sprintf("without a ledger, only ids at most %s records apart are compared", Thousands(l.Window)))
	}
	return all
}

func idsLook(n int) string {
	if n == 1 {
		return "1 new id looks"
	}
	return Thousands(n) + " new ids look"
}

// Notes says in a sentence what a person should know about repeated ids; it has none for
// nil.
func (r *Repeated) Notes() []string {
	if r == nil {
		return nil
	}
	rows := "rows have"
	if r.Records == 1 {
		rows = "row has"
	}
	return []string{fmt.Sprintf("%s %s the id of an earlier row, with different data (%s)", Thousands(r.Records), rows, linesOf(r.Records, r.First))}
}

// linesOf names the first of n records by file and line.
func linesOf(n int, first []Place) string {
	var all []string
	for _, p := range first {
		all = append(all, fmt.Sprintf("%s:%d", p.File, p.Line))
	}
	if n > len(all) {
		all = append(all, "...")
	}
	return strings.Join(all, ", ")
}
