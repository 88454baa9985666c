package mirror

// Limit is how many users of a feed a run may delete. The zero value is the default: 10
// users or 2% of the feed, whichever is more, and never more than 20%.
type Limit struct {
	Set bool // use Count and Percent instead of the default
	// Count is a number of users, Percent a share of the feed, from 0 to 100. If both
	// are set, the larger one counts.
	Count   int
	Percent float64
}

// OfChanges is Of for a list of changes: its default has no upper bound of 20%, because
// such a list cannot be cut into one that deletes more.
func (l Limit) OfChanges(feed int) int {
	if l.Set {
		return l.Of(feed)
	}
	return max(leastLimit, feed*2/100)
}

const leastLimit = 10

// Of returns how many users of a feed of the given size may be deleted.
func (l Limit) Of(feed int) int {
	if l.Set {
		return max(l.Count, int(l.Percent/100*float64(feed)))
	}
	return min(max(leastLimit, feed*2/100), feed*20/100)
}
