package report

import (
	"fmt"

	"usersync/sync/user"
)

// Doubtful counts the records with a value that its field cannot have, or that stands for a
// missing one.
type Doubtful struct {
	// What was done: dropped, sent_anyway, or null_sent for a word such as NULL that was
	// sent as text.
	What string `json:"what"`
	// Field of the value.
	Field string `json:"field"`
	// Those records.
	Records int `json:"records" jsonschema:"minimum=1"`
	// The first of them.
	First []Place `json:"first,omitempty"`
}

// DoubtfulOf returns the facts about doubtful values; nil if there are none.
func DoubtfulOf(fields []user.NotedField) []Doubtful {
	var all []Doubtful
	for _, f := range fields {
		all = append(all, Doubtful{What: string(f.Kind), Field: string(f.Field), Records: f.Count, First: placesOf(f.NotedRecords)})
	}
	return all
}

// many says from how many records on, and from which share of all, nulls are worth a line.
const (
	manyNulls  = 10
	nullsShare = 20 // one in so many
)

// DoubtfulNotes says in sentences what a person should know about doubtful values of an input
// of so many records. A few nulls are not worth one.
func DoubtfulNotes(all []Doubtful, records int) []string {
	var notes []string
	for _, d := range all {
		switch places := linesOf(d.Records, d.First); {
		case d.What == string(user.Dropped):
			notes = append(notes, fmt.Sprintf("%s of %s left out (%s)", Count(d.Records, "impossible value"), d.Field, places))
		case d.What == string(user.SentAnyway):
			notes = append(notes, fmt.Sprintf("%s of %s sent (%s)", Count(d.Records, "impossible value"), d.Field, places))
		case d.Records >= manyNulls || d.Records*nullsShare >= records:
			notes = append(notes, fmt.Sprintf("%s of %s sent as text that stands for a missing value, such as NULL (%s); name it under null_values: in the config", Count(d.Records, "value"), d.Field, places))
		}
	}
	return notes
}
