package progress

import "usersync/sync/user"

// Source provides what progress shows besides its own counts. Its functions are called from
// other goroutines; each may be nil.
type Source struct {
	// Note says in a few words what holds the run up; empty if nothing does.
	Note func() string
	// Calls returns how many calls were made, which shows that the run is alive while results
	// wait for one.
	Calls func() int
	// Retrying returns how many records wait for another attempt.
	Retrying func() int
	// Throttled returns how many answers said that there were too many requests.
	Throttled func() int
	// Extent says how much there is to do.
	Extent func() Extent
	// Before are the outcomes that earlier parts of the run have written.
	Before map[user.Status]int
}

// Extent says how much there is to do. The zero value knows nothing.
type Extent struct {
	Total int // records; 0 if their number is not known
	// Share is how much of the bytes of the input was read, from 0 to 1, and Read how many
	// records these bytes held. They stand in for Total.
	Share float64
	Read  int
}

// total returns the number of records, or an estimate of it; 0 if there is none.
func (x Extent) total() float64 {
	if x.Total > 0 {
		return float64(x.Total)
	}
	if x.Share <= 0 {
		return 0
	}
	return float64(x.Read) / x.Share
}

func (s *Source) note() string {
	if s.Note == nil {
		return ""
	}
	return s.Note()
}

func (s *Source) retrying() int {
	if s.Retrying == nil {
		return 0
	}
	return s.Retrying()
}

func (s *Source) throttled() int {
	if s.Throttled == nil {
		return 0
	}
	return s.Throttled()
}

func (s *Source) extent() Extent {
	if s.Extent == nil {
		return Extent{}
	}
	return s.Extent()
}
