package user

import "slices"

// DoubtKind says what is doubtful about a value, and what was done with it.
type DoubtKind string

// The kinds of doubts.
const (
	Dropped    DoubtKind = "dropped"     // the value broke a rule and is left out
	SentAnyway DoubtKind = "sent_anyway" // it broke a rule and is sent
	NullSent   DoubtKind = "null_sent"   // it is a word for a missing value and is sent as text
)

// Doubt is a doubtful value of a record. It does not hold the value.
type Doubt struct {
	Kind  DoubtKind
	Field Field
}

// NotedField counts the records of a run with a doubtful value of a field.
type NotedField struct {
	Kind  DoubtKind `json:"kind"`
	Field Field     `json:"field"`
	NotedRecords
}

// addDoubt counts a doubt. It copies the list, which a checkpoint may hold.
func (n *Noted) addDoubt(d Doubt, o *Origin) {
	at := slices.IndexFunc(n.Fields, func(f NotedField) bool { return f.Kind == d.Kind && f.Field == d.Field })
	n.Fields = slices.Clone(n.Fields)
	if at < 0 {
		at = len(n.Fields)
		n.Fields = append(n.Fields, NotedField{Kind: d.Kind, Field: d.Field})
	}
	n.Fields[at].add(o)
}
