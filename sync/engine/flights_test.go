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
