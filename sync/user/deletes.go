package user

// FirstDeletes are the first users that a run has tried to delete, up to a hundred: what is true
// of them tells whether the address, the account and the list are right. The zero value has none.
type FirstDeletes struct {
	Tried  int `json:"tried"`
	Absent int `json:"absent,omitempty"` // of these, not found, although no deletion is remembered
}

// MaxFirstDeletes is how many are the first ones.
const MaxFirstDeletes = 100

// Add adds an outcome, if it is one of them.
func (d *FirstDeletes) Add(o *Outcome) {
	absent := o.Code == CodeAlreadyAbsent || o.Code == CodeUnprovedAbsent
	if o.Status != Deleted && !absent || d.Tried == MaxFirstDeletes {
		return
	}
	d.Tried++
	if absent && !o.Remembered {
		d.Absent++
	}
}

// And returns the sums of d and of what another shard of the run has tried.
func (d FirstDeletes) And(other FirstDeletes) FirstDeletes {
	return FirstDeletes{Tried: d.Tried + other.Tried, Absent: d.Absent + other.Absent}
}
