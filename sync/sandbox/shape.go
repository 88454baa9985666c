package sandbox

import "math/rand/v2"

// Shape is what the faults of one call do to its answer. An API that lists a kind in Traits.Shapes carries it out.
type Shape struct {
	Order   []int // the items that the answer mentions, in its order: all of them, unless Short or Shuffle struck
	Foreign bool  // add an id that nobody sent (ForeignID)
	NoData  bool  // leave out what became of those who fared well
	NoID    bool  // what is said against a user does not name the user
	Blind   bool  // nor does it give a place in the request
	Double  bool  // the first who is said to have failed is said so twice
	Number  bool  // a status is of the other JSON type than the reference says
	Both    bool  // the first who fared well is said to have failed as well
}

// ForeignID is an id that nobody sends.
const ForeignID = "sandbox-foreign-id"

// Shape is how the answer to this bulk call is to look. It counts the faults, so it is to be asked once, when the answer is written.
func (c *Call) Shape() Shape {
	sh := c.of.shape()
	s := Shape{
		Foreign: sh.foreign, NoData: sh.noData, NoID: sh.noID, Blind: sh.blind,
		Double: sh.double, Number: sh.number, Both: sh.both,
	}
	a := shaped{call: c.of, shape: sh, order: make([]int, len(c.Items))}
	for i := range a.order {
		a.order[i] = i
	}
	if len(a.order) > 0 {
		a.arrange(rand.New(rand.NewPCG(c.Options().Seed, c.of.number)))
	}
	s.Order = a.order
	return s
}
