package engine

import (
	"fmt"
	"testing"

	"usersync/sync/user"
)

// Ids that share a slot are told apart, and each can leave before or after the others.
func TestIDsOfOneSlot(t *testing.T) {
	f := newFlights(nil, 2)
	var queues []*idQueue
	for i := range 20 {
		queues = append(queues, f.begin(&user.Record{User: user.User{ID: fmt.Sprint(i)}}))
	}
	for _, gone := range []int{19, 0, 10, 5, 18, 1} {
		f.end(queues[gone])
		queues[gone] = nil
		for i, q := range queues {
			if got := f.find(fmt.Sprint(i)); got != q {
				t.Fatalf("after %d has ended, id %d has the queue %p, want %p", gone, i, got, q)
			}
			if f.park(&user.Record{User: user.User{ID: fmt.Sprint(i)}}) != (q != nil) {
				t.Fatalf("after %d has ended, a record of id %d waits for none: %t", gone, i, q != nil)
			}
		}
	}
}

// An id that is no longer in flight keeps no record: many may have been in flight once.
func TestEndedIDsKeepNothing(t *testing.T) {
	f := newFlights(func(r *user.Record) []string { return []string{r.User.ID} }, 2)
	r := &user.Record{Origin: user.Origin{Record: 1}, User: user.User{ID: "a"}}
	f.enter(nil, r, user.LedgerEntry{State: user.Present})
	f.park(&user.Record{User: user.User{ID: "a"}})
	q := f.find("a")
	f.next(q)
	f.release(q)
	f.end(q)
	if q.sent != nil || q.known != nil || q.waiting != nil || q.names != nil {
		t.Errorf("it keeps %+v", *q)
	}
	if f.of(&user.Outcome{Record: r, Status: user.Created}) != nil {
		t.Error("it is found by its outcome")
	}
}
