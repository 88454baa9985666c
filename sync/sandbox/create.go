package sandbox

import (
	"math/rand/v2"
	"net/http"
	"slices"
)

const alreadyExists = "User already exists"

// create applies a whole batch and answers it: 201 if every user was created, otherwise 207.
func (s kardAPI) create(c *call) {
	if s.inject.conflict(c) {
		return
	}
	s.inject.refuseSome(c)
	for i := range c.items {
		s.createOne(c, i)
	}
	if len(c.injected) == 0 && len(c.errors) == 0 {
		s.answerAll(c)
		return
	}
	s.answerShaped(c)
}

func (s kardAPI) createOne(c *call, i int) {
	u := &c.items[i]
	if u.outcome == invalid {
		return
	}
	if s.users.create(u.hash, u.id, u.attributes) {
		u.outcome = done
		s.counters.created.Add(1)
		return
	}
	u.outcome = existed
	c.errors = append(c.errors, itemError{item: i, status: http.StatusConflict, detail: alreadyExists})
}

// answerAll is the path that nearly all calls take: every user was created.
func (s kardAPI) answerAll(c *call) {
	c.out = append(c.out[:0], `{"data":[`...)
	for i := range c.items {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = appendUser(c.out, c.items[i].rawID, c.items[i].attributes)
	}
	c.out = append(c.out, "]}"...)
	c.answer(http.StatusCreated)
}

// answerShaped writes the answer as this call's faults change it.
func (s kardAPI) answerShaped(c *call) {
	a := shaped{call: c, server: s.Server, order: make([]int, len(c.items)), shape: c.shape()}
	for i := range a.order {
		a.order[i] = i
	}
	a.reorder(rand.New(rand.NewPCG(s.options.Seed, c.number)))
	status := http.StatusCreated
	c.out = append(c.out[:0], '{')
	if errs := a.errors(); len(errs) > 0 || a.shape.noData {
		status = http.StatusMultiStatus
		c.out = appendErrorList(c.out, errs)
	}
	c.out = a.data(c.out)
	c.out = append(c.out, '}')
	s.deliver(c, status)
}

// shape is what the faults of one call do to its answer.
type shape struct {
	short, shuffled, foreign, noData, noID, blind, double, number, both bool
}

func (c *call) shape() (sh shape) {
	set := map[Kind]*bool{
		Short: &sh.short, Shuffle: &sh.shuffled, Foreign: &sh.foreign, NoData: &sh.noData,
		Double: &sh.double, Number: &sh.number, Both: &sh.both,
	}
	for _, f := range c.injected {
		if flag := set[f.Kind]; flag != nil {
			*flag = true
			c.countFault(f)
		}
		if f.Kind == NoID {
			sh.noID, sh.blind = true, sh.blind || f.Blind
			c.countFault(f)
		}
	}
	return sh
}

type shaped struct {
	*call
	server *Server
	order  []int // of the users that the answer mentions
	shape  shape
}

// reorder leaves out about half of a short answer, at least one user, and shuffles.
func (a *shaped) reorder(r *rand.Rand) {
	if a.shape.short {
		omitted := r.IntN(len(a.order))
		a.order = slices.DeleteFunc(a.order, func(i int) bool { return i == omitted || r.IntN(2) == 0 })
	}
	if a.shape.shuffled {
		r.Shuffle(len(a.order), func(i, j int) { a.order[i], a.order[j] = a.order[j], a.order[i] })
	}
}

func (a *shaped) errors() (list []errorObject) {
	for _, i := range a.order {
		for _, e := range a.call.errors {
			if e.item == i {
				list = append(list, a.object(e))
			}
		}
		if a.shape.both && a.items[i].outcome == done && i == a.order[0] {
			list = append(list, a.object(itemError{item: i, status: http.StatusInternalServerError, detail: "Something went wrong"}))
		}
	}
	if a.shape.foreign {
		list = append(list, errorObject{status: http.StatusConflict, detail: alreadyExists, rawID: foreignID})
	}
	if a.shape.double && len(list) > 0 {
		again := list[0]
		again.status, again.detail = http.StatusUnprocessableEntity, "A second thing is wrong with this user"
		list = append(list, again)
	}
	return list
}

func (a *shaped) object(e itemError) errorObject {
	o := a.server.kard.describe(a.call, e)
	o.number = a.shape.number
	if a.shape.noID {
		o.rawID = nil
		if a.shape.blind {
			o.pointer = ""
		} else if o.pointer == "" {
			o.pointer = a.pointer(e.item, "")
		}
	}
	return o
}

func (a *shaped) data(b []byte) []byte {
	start := len(b)
	for _, i := range a.order {
		if u := &a.items[i]; u.outcome == done && !a.shape.noData {
			b = appendUser(separate(b, start), u.rawID, u.attributes)
		}
	}
	if a.shape.foreign && !a.shape.noData {
		b = appendUser(separate(b, start), foreignID, []byte(`{"enrolledRewards":[]}`))
	}
	if len(b) > start {
		return append(b, ']')
	}
	if start == 1 {
		return append(b, `"data":[]`...)
	}
	return b
}

// separate writes what comes before the next user: the list's name before the first, a comma before the others.
func separate(b []byte, start int) []byte {
	if len(b) > start {
		return append(b, ',')
	}
	if start > 1 {
		b = append(b, ',')
	}
	return append(b, `"data":[`...)
}

// foreignID is an id that was not sent.
var foreignID = []byte(`"sandbox-foreign-id"`)
