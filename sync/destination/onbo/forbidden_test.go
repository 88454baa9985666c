package onbo

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// A 403 may mean that the signature expired on the way. The call is signed again,
// once.
func TestForbiddenIsSignedAgainOnce(t *testing.T) {
	statuses := []int{403, 201, 403, 403, 403, 500, 403, 403, 201}
	n := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(statuses[n])
		n++
		w.Write([]byte(uuidOnly()))
	})
	r := person("1")
	for i, want := range []string{
		"not taken http_403", "created 201 " + uuid, "not taken http_403", "denied http_403",
		"not taken http_403", "perhaps taken http_500", "not taken http_403", "denied http_403", "created 201 " + uuid,
	} {
		o, ce := apply(t, c, user.Create, r)
		if told(o, ce) != want {
			t.Errorf("call %d: %s, want %s", i+1, told(o, ce), want)
		}
		if ce != nil && ce.Status == 403 && !strings.Contains(ce.Error(), "check this machine's clock") {
			t.Error(ce)
		}
	}
}

// Each of sixteen concurrent calls has its own first 403, whatever the others get.
func TestForbiddenIsCountedByRecord(t *testing.T) {
	c := answering(t, 403, "")
	records := make([]*user.Record, 16)
	for i := range records {
		records[i] = person("1")
	}
	for round, want := range []destination.Fault{destination.NotTaken, destination.Denied} {
		var group sync.WaitGroup
		for i := range records {
			group.Go(func() {
				r := records[i]
				_, err := c.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{r}})
				var ce *destination.CallError
				if !errors.As(err, &ce) || ce.Fault != want {
					t.Errorf("round %d: %v", round+1, err)
				}
			})
		}
		group.Wait()
	}
}

// A 403 is about the signature, also if it reads as if a user existed.
func TestForbiddenInWords(t *testing.T) {
	c, r := answering(t, 403, `{"message":"signature already used"}`), person("1")
	for i, want := range []destination.Fault{destination.NotTaken, destination.Denied} {
		_, err := c.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{r}})
		if ce := expect.CallError(t, err); ce == nil || ce.Fault != want {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}

// A read-back that is forbidden counts with the record's other calls.
func TestForbiddenReadBack(t *testing.T) {
	c := answering(t, 403, "")
	r := known("1")
	for i, want := range []destination.Fault{destination.NotTaken, destination.Denied} {
		_, err := c.Find(t.Context(), r)
		if ce := expect.CallError(t, err); ce == nil || ce.Fault != want {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}

// If no user is sent again, first 403s stop being forgiven, and memory stays
// bounded.
func TestForbiddenForEveryRecord(t *testing.T) {
	var s forbidden
	for range maxForbidden {
		if !s.first(new(user.Record)) {
			t.Fatal("denied too early")
		}
	}
	if s.first(new(user.Record)) || len(s.records) != maxForbidden {
		t.Error("it never ends")
	}
}
