package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestStateAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withFaults(t, Options{RequireAuth: true, Token: "static", Seed: 9}, "500:#4@after")
		header := map[string]string{"Authorization": "Bearer static"}
		body := func(users ...string) string { return `{"data":[` + strings.Join(users, ",") + `]}` }
		for _, r := range []request{
			{"POST", usersPath, body(many(0, 10)...), header},
			{"POST", usersPath, body(many(5, 15)...), header},
			{"POST", usersPath, body(one("x")), nil},
			{"POST", usersPath, body(one("lost")), header},
			{"PUT", usersPath + "/u-1", `{"data":` + one("u-1") + `}`, header},
			{"PUT", usersPath + "/u-1", `{"data":` + one("u-1") + `}`, header},
			{"PUT", usersPath + "/u-99", `{"data":` + one("u-99") + `}`, header},
			{"DELETE", usersPath + "/u-2", ``, header},
			{"GET", usersPath + "/u-2", ``, header},
			{"POST", tokenPath, `client_id=a&client_secret=b`, nil},
			{"PATCH", usersPath, ``, header},
		} {
			do(t, s, r)
		}
		want := State{
			Users: 15, Created: 16, Updated: 2, Deleted: 1, Calls: 11, PeakSecond: 9, PeakConcurrency: 1, Tokens: 1, Seed: 9,
			Faults: map[string]uint64{"500:#4@after": 1},
			Answers: map[string]map[string]uint64{
				"create": {"201": 1, "207": 1, "401": 1, "500": 1}, "update": {"200": 2, "404": 1}, "delete": {"200": 1}, "read": {"404": 1},
				"token": {"200": 1}, "other": {"405": 1},
			},
		}
		if diff := cmp.Diff(want, s.State()); diff != "" {
			t.Errorf("State (-want +got):\n%s", diff)
		}
		var over State
		if err := json.Unmarshal(do(t, s, request{method: "GET", path: "/_sandbox/state"}).Body.Bytes(), &over); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, over); diff != "" {
			t.Errorf("GET /_sandbox/state (-want +got):\n%s", diff)
		}
	})
}

func TestStateOfUsers(t *testing.T) {
	s := New(Options{})
	post(t, s, many(0, 50)...)
	do(t, s, request{method: "DELETE", path: usersPath + "/u-7"})
	got := map[string]string{}
	for line := range strings.Lines(do(t, s, request{method: "GET", path: "/_sandbox/state?users=1"}).Body.String()) {
		var u struct{ ID string }
		if err := json.Unmarshal([]byte(line), &u); err != nil {
			t.Fatal(err)
		}
		got[u.ID] = strings.TrimSpace(line)
	}
	want := map[string]string{}
	for i := range 50 {
		id := fmt.Sprintf("u-%d", i)
		want[id] = fmt.Sprintf(`{"id":%q,"held":%v,"created":1,"updated":0,"deleted":%d}`, id, i != 7, map[bool]int{true: 1}[i == 7])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	w := do(t, s, request{method: "GET", path: "/_sandbox/state?id=u-1"})
	if want := `{"id":"u-1","held":true,"created":1,"updated":0,"deleted":0,"attributes":{"enrolledRewards":["CARDLINKED"]}}` + "\n"; w.Body.String() != want {
		t.Errorf("user is %s", w.Body)
	}
	if w := do(t, s, request{method: "GET", path: "/_sandbox/state?id=nobody"}); w.Code != 404 || !strings.Contains(w.Body.String(), `"created":0`) {
		t.Errorf("nobody is %d %s", w.Code, w.Body)
	}
	if w := do(t, s, request{method: "DELETE", path: "/_sandbox/state"}); w.Code != http.StatusNoContent {
		t.Errorf("reset: %d", w.Code)
	}
	if diff := cmp.Diff(State{Answers: map[string]map[string]uint64{}, Faults: map[string]uint64{}}, s.State()); diff != "" {
		t.Errorf("after reset (-want +got):\n%s", diff)
	}
	for u := range s.Users() {
		t.Errorf("after reset there is %v", u)
	}
	if w := post(t, s, one("u-1")); w.Code != 201 {
		t.Errorf("create after reset: %d", w.Code)
	}
}

// TestStoreIsAMap compares the store with a Go map, with an id space small enough that everything happens to every user.
func TestStoreIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, want := newStore(), map[string]UserState{}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			id := rapid.SampledFrom([]string{"a", "b", "c", "d", "ee"}).Draw(t, "id")
			attributes := []byte(strings.Repeat("x", rapid.IntRange(0, 3000).Draw(t, "length")))
			u := want[id]
			u.ID = id
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				if done := s.create(s.hash([]byte(id)), []byte(id), attributes); done == u.Held {
					t.Fatalf("create %s: %v", id, done)
				} else if done {
					u.Held, u.Attributes, u.Created = true, attributes, u.Created+1
				}
			case 1:
				found, err := s.update([]byte(id), func([]byte) ([]byte, error) { return attributes, nil })
				if found != u.Held || err != nil {
					t.Fatalf("update %s: %v", id, found)
				} else if found {
					u.Attributes, u.Updated = attributes, u.Updated+1
				}
			case 2:
				if _, found := s.remove([]byte(id), nil); found != u.Held {
					t.Fatalf("remove %s: %v", id, found)
				} else if found {
					u.Held, u.Deleted = false, u.Deleted+1
				}
			}
			if u.Created > 0 {
				want[id] = u
			}
		}
		got := map[string]UserState{}
		for u := range s.all() {
			if _, twice := got[u.ID]; twice {
				t.Fatalf("%s stands twice", u.ID)
			}
			got[u.ID] = u
		}
		if !maps.EqualFunc(got, want, func(a, b UserState) bool { return a.String() == b.String() }) {
			t.Fatalf("store %v\nmap %v", got, want)
		}
	})
}

func (u UserState) String() string {
	return fmt.Sprintf("%s %v %d %d %d %s", u.ID, u.Held, u.Created, u.Updated, u.Deleted, u.Attributes)
}

// TestIdsThatShareAHash gives two users the same hash, which is too rare to wait for.
func TestIdsThatShareAHash(t *testing.T) {
	s := newStore()
	for _, id := range []string{"a", "b"} {
		if !s.create(42, []byte(id), []byte(id)) || s.create(42, []byte(id), nil) || !s.holds(42, []byte(id)) {
			t.Errorf("%s is not kept", id)
		}
	}
	if s.holds(42, []byte("c")) {
		t.Error("c is held")
	}
}

func TestPeakSecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gaps := rapid.SliceOfN(rapid.Int64Range(0, int64(600*time.Millisecond)), 1, 300).Draw(t, "gaps")
		crowded := rapid.Bool().Draw(t, "crowded")
		var w window
		var times []time.Duration
		var now time.Duration
		want := 0
		for _, gap := range gaps {
			if crowded {
				gap /= 100
			}
			now += time.Duration(gap)
			times = append(times, now)
			w.add(now)
			n := 0
			for _, at := range times {
				if at > now-time.Second {
					n++
				}
			}
			want = max(want, n)
		}
		if w.peak != want {
			t.Fatalf("peak is %d, want %d", w.peak, want)
		}
	})
}

func TestSteadyRateIsNotRoundedUp(t *testing.T) {
	var w window
	for i := range 1000 {
		w.add(time.Duration(i) * 20 * time.Millisecond)
	}
	if w.peak != 50 {
		t.Errorf("50 calls a second peak at %d", w.peak)
	}
}

func TestConcurrentCalls(t *testing.T) {
	s := withFaults(t, Options{}, "latency=1ms", "short:10%", "refuse:1%")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				post(t, s, many(100*j, 100*j+100)...)
				if i == 0 {
					for u := range s.Users() {
						s.User(u.ID)
					}
				}
			}
		})
	}
	wg.Wait()
	for u := range s.Users() {
		if u.Created != 1 {
			t.Errorf("%s was created %d times", u.ID, u.Created)
		}
	}
	if st := s.State(); st.Calls != 160 || st.PeakConcurrency < 2 || st.PeakConcurrency > 8 {
		t.Errorf("state is %+v", st)
	}
}
