package user

import (
	"cmp"
	"slices"
)

// Notes are facts about a record that change nothing by themselves.
type Notes uint8

// The notes.
const (
	// LooksLike: the id is new, and looks like another one.
	LooksLike Notes = 1 << iota
	// Repeats: an earlier record of the input has the id, and says something different.
	Repeats
	// IsParked: it is not sent, because the API has refused the same row in several runs.
	IsParked
	// StillInvalid: the same row was invalid in several runs.
	StillInvalid
)

// Noted are the records of a run that have a note, by note. The zero value has none.
type Noted struct {
	LooksLike    NotedRecords `json:"looks_like,omitzero"`
	Repeats      NotedRecords `json:"repeats,omitzero"`
	Parked       NotedRecords `json:"parked,omitzero"`
	StillInvalid NotedRecords `json:"still_invalid,omitzero"`
	Fields       []NotedField `json:"fields,omitempty"`
	// Deletes are the first users that the run has tried to delete. Records and Merge leave them
	// alone: of several shards, each has its own.
	Deletes FirstDeletes `json:"deletes,omitzero"`
}

// NotedRecords are how many records have a note, and where the first of them are.
type NotedRecords struct {
	Count int     `json:"count"`
	First []Place `json:"first,omitempty"`
}

// Place is where a record is in the input.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1
}

// firstNoted is how many records with a note are named.
const firstNoted = 5

// Add adds a record.
func (n *Noted) Add(r *Record) {
	if r.Notes&LooksLike != 0 {
		n.LooksLike.add(&r.Origin)
	}
	if r.Notes&Repeats != 0 {
		n.Repeats.add(&r.Origin)
	}
	if r.Notes&IsParked != 0 {
		n.Parked.add(&r.Origin)
	}
	if r.Notes&StillInvalid != 0 {
		n.StillInvalid.add(&r.Origin)
	}
	for _, d := range r.Doubts {
		n.addDoubt(d, &r.Origin)
	}
}

func (n *NotedRecords) add(o *Origin) {
	if n.Count++; len(n.First) < firstNoted {
		n.First = append(n.First, Place{o.File, o.Line})
	}
}

// Merge adds the records that another part of the same run has noted.
func (n *Noted) Merge(other Noted) {
	n.LooksLike.merge(other.LooksLike)
	n.Repeats.merge(other.Repeats)
	n.Parked.merge(other.Parked)
	n.StillInvalid.merge(other.StillInvalid)
	n.Fields = slices.Clone(n.Fields)
	for _, f := range other.Fields {
		at := slices.IndexFunc(n.Fields, func(g NotedField) bool { return g.Kind == f.Kind && g.Field == f.Field })
		if at < 0 {
			n.Fields = append(n.Fields, f)
			continue
		}
		n.Fields[at].merge(f.NotedRecords)
	}
}

// merge keeps the first places by their lines.
func (n *NotedRecords) merge(other NotedRecords) {
	n.Count += other.Count
	n.First = slices.Concat(n.First, other.First)
	slices.SortStableFunc(n.First, func(a, b Place) int { return cmp.Compare(a.Line, b.Line) })
	n.First = n.First[:min(len(n.First), firstNoted)]
}
