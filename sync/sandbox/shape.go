package sandbox

import "math/rand/v2"

// Shape is how the faults of one call change its answer. An API that lists a kind in Traits.Shapes carries it out.
type Shape struct {
	Order   []int // the items that the answer mentions, in its order: all of them, except under Short or Shuffle
	Foreign bool  // add an id that was not sent (ForeignID)
	NoData  bool  // leave out the users that succeeded
	NoID    bool  // errors do not name the user
	Blind   bool  // nor a place in the request
	Double  bool  // the first user with an error gets a second one
	Number  bool  // a status has the other JSON type than in the reference
	Both    bool  // the first user that succeeded also gets an error
}

// ForeignID is an id that is never sent.
const ForeignID = "sandbox-foreign-id"

// Shape returns how to change the answer to this bulk call. It counts the faults, so call it once, when you write the answer.
func (c *Call) Shape() Shape {
	sh := c.call.shape()
	s := Shape{
		Foreign: sh.foreign, NoData: sh.noData, NoID: sh.noID, Blind: sh.blind,
		Double: sh.double, Number: sh.number, Both: sh.both,
	}
	a := shaped{call: c.call, shape: sh, order: make([]int, len(c.Items))}
	for i := range a.order {
		a.order[i] = i
	}
	if len(a.order) > 0 {
		a.reorder(rand.New(rand.NewPCG(c.Options().Seed, c.call.number)))
	}
	s.Order = a.order
	return s
}
