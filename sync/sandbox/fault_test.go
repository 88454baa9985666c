package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// seen returns what an answer to a create says, in its order: ids in data, and id/status of errors.
func seen(t *testing.T, s *Server, users ...string) (status int, data, errs []string) {
	t.Helper()
	w := post(t, s, users...)
	e, list := read(t, w)
	for _, u := range list {
		data = append(data, u.ID)
	}
	for _, one := range e.Errors {
		id := "-"
		if one.ID != nil {
			id = *one.ID
		}
		if one.Source != nil {
			id += "@" + one.Source.Pointer
		}
		errs = append(errs, fmt.Sprintf("%s %v", id, one.Status))
	}
	return w.Code, data, errs
}

func TestShapesOfAnAnswer(t *testing.T) {
	for _, tc := range []struct {
		faults       []string
		status       int
		data, errors []string
	}{
		{[]string{}, 207, []string{"u-0", "u-1"}, []string{"old 409"}},
		{[]string{"foreign"}, 207, []string{"u-0", "u-1", "sandbox-foreign-id"}, []string{"old 409", "sandbox-foreign-id 409"}},
		{[]string{"nodata"}, 207, nil, []string{"old 409"}},
		{[]string{"noid"}, 207, []string{"u-0", "u-1"}, []string{"-@/data/2 409"}},
		{[]string{"noid=blind"}, 207, []string{"u-0", "u-1"}, []string{"- 409"}},
		{[]string{"double"}, 207, []string{"u-0", "u-1"}, []string{"old 409", "old 422"}},
		{[]string{"both"}, 207, []string{"u-0", "u-1"}, []string{"u-0 500", "old 409"}},
		{[]string{"refuse=422:id=u-0"}, 207, []string{"u-1"}, []string{"old 409", "u-0 422"}},
		{[]string{"conflict"}, 409, nil, []string{"old 409"}},
		{[]string{"conflict=blind"}, 409, nil, []string{"- 409"}},
		{[]string{"poison:id=u-1"}, 400, nil, []string{"- 400"}},
		{[]string{"poison=413:id=u-1"}, 413, nil, []string{"- 413"}},
		{[]string{"poison:id=u-9"}, 207, []string{"u-0", "u-1"}, []string{"old 409"}},
		{[]string{"double", "nodata", "noid=blind"}, 207, nil, []string{"- 409", "- 422"}},
		{[]string{"500"}, 500, nil, []string{"- 500"}},
		{[]string{"429", "500"}, 429, nil, []string{"- 429"}},
		{[]string{"502@after", "foreign"}, 502, nil, []string{"- 502"}},
		{[]string{"down=503"}, 503, nil, []string{"- 503"}},
		{[]string{"500/update"}, 207, []string{"u-0", "u-1"}, []string{"old 409"}},
		{[]string{"500:id=u-1"}, 500, nil, []string{"- 500"}},
		{[]string{"500:id=u-9"}, 207, []string{"u-0", "u-1"}, []string{"old 409"}},
	} {
		t.Run(strings.Join(tc.faults, " "), func(t *testing.T) {
			s := withFaults(t, Options{}, tc.faults...)
			old := []byte("old")
			s.users.create(s.users.hash(old), old, []byte(`{"enrolledRewards":[]}`))
			status, data, errs := seen(t, s, one("u-0"), one("u-1"), one("old"))
			if status != tc.status || !slices.Equal(sorted(data), sorted(tc.data)) || !slices.Equal(sorted(errs), sorted(tc.errors)) {
				t.Errorf("answer is %d %q %q", status, data, errs)
			}
			committed := status < 400 || strings.Contains(tc.faults[0], "@after")
			if u, _ := s.User("u-1"); u.Held != committed {
				t.Errorf("u-1 is held: %v", u.Held)
			}
			idle := func(text string) bool {
				return strings.HasSuffix(text, "u-9") || text == "500/update" || text == "500" && status == 429
			}
			for text, n := range s.State().Faults {
				if (n == 0) != idle(text) {
					t.Errorf("%s hit %d times", text, n)
				}
			}
		})
	}
}

func TestStatusAsANumber(t *testing.T) {
	s := withFaults(t, Options{}, "number")
	e, _ := read(t, post(t, s, userWith("a", `{}`)))
	if e.Errors[0].Status != 400.0 {
		t.Errorf("status is %#v", e.Errors[0].Status)
	}
}

func TestShortAndShuffled(t *testing.T) {
	users := many(0, 100)
	s := withFaults(t, Options{Seed: 1}, "short")
	status, data, _ := seen(t, s, users...)
	if status != 201 || len(data) == 0 || len(data) > 99 || s.State().Users != 100 {
		t.Errorf("short: %d with %d users, %d held", status, len(data), s.State().Users)
	}
	if status, data, _ := seen(t, s, one("alone")); status != 201 || len(data) != 0 {
		t.Errorf("short of one: %d %q", status, data)
	}
	s = withFaults(t, Options{Seed: 1}, "shuffle")
	if _, data, _ := seen(t, s, users...); len(data) != 100 || slices.IsSorted(data) || data[0] == "u-0" && data[1] == "u-1" && data[2] == "u-2" {
		t.Errorf("shuffled: %q", data)
	}
}

func TestEchoRepeatsPersonalData(t *testing.T) {
	const attributes = `{"enrolledRewards":[],"email":"jane@example.com","phoneNumber":"+1415\u0035550101","zipCode":1}`
	for _, fault := range []string{"echo", "latency=1ns"} {
		s := withFaults(t, Options{}, fault)
		e, _ := read(t, post(t, s, userWith("a", attributes)))
		detail := e.Errors[0].Detail
		if told := strings.Contains(detail, "jane@example.com") && strings.Contains(detail, "+14155550101"); told != (fault == "echo") {
			t.Errorf("%s: detail is %q", fault, detail)
		}
	}
}

// TestDraws checks that the same seed hits the same calls and users, another seed others, and that a share is a share.
func TestDraws(t *testing.T) {
	run := func(seed uint64, texts ...string) (hit []string) {
		s := withFaults(t, Options{Seed: seed}, texts...)
		for i := range 2000 {
			w := post(t, s, one(fmt.Sprintf("u-%d", i)))
			hit = append(hit, fmt.Sprint(w.Code, w.Header()["Sandbox-Fault"]))
		}
		return hit
	}
	count := func(list []string, text string) (n int) {
		for _, one := range list {
			if strings.Contains(one, text) {
				n++
			}
		}
		return n
	}
	first := run(1, "500:5%", "502:10%@after", "refuse:20%")
	if !slices.Equal(first, run(1, "500:5%", "502:10%@after", "refuse:20%")) {
		t.Error("the same seed gave other faults")
	}
	if slices.Equal(first, run(2, "500:5%", "502:10%@after", "refuse:20%")) {
		t.Error("another seed gave the same faults")
	}
	for text, want := range map[string]int{"500 ": 100, "502 ": 190, "207 ": 342} {
		if n := count(first, text); n < want*7/10 || n > want*13/10 {
			t.Errorf("%s%d times, want about %d", text, n, want)
		}
	}
	if n := count(run(1, "500:100%"), "500 "); n != 2000 {
		t.Errorf("100%% hit %d of 2000", n)
	}
}

func TestRefusalIsAboutTheUserNotTheCall(t *testing.T) {
	s := withFaults(t, Options{Seed: 3}, "refuse:10%")
	_, first, _ := seen(t, s, many(0, 100)...)
	s.Reset()
	post(t, s, one("another call"))
	var second []string
	for _, u := range many(0, 100) {
		_, data, _ := seen(t, s, u)
		second = append(second, data...)
	}
	if len(first) < 75 || len(first) > 99 || !slices.Equal(first, second) {
		t.Errorf("%d then %d users", len(first), len(second))
	}
}

func TestWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withFaults(t, Options{}, "500:#2", "502:#4-5", "503=90s:#7-:20s-30s")
		var got []int
		for i := range 9 {
			w := do(t, s, request{method: "GET", path: usersPath + "/nobody"})
			if got = append(got, w.Code); w.Code == 503 && w.Header().Get("Retry-After") != "90" {
				t.Errorf("advice is %q", w.Header())
			}
			if i > 4 {
				time.Sleep(10 * time.Second)
			}
		}
		if want := []int{404, 500, 404, 502, 502, 404, 404, 503, 404}; !slices.Equal(got, want) {
			t.Errorf("statuses are %v, want %v", got, want)
		}
	})
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withFaults(t, Options{Latency: time.Second, Jitter: 100 * time.Millisecond}, "latency=5s/create", "latency=7s@after/create")
		start := time.Now()
		do(t, s, request{method: "GET", path: usersPath + "/nobody"})
		if d := time.Since(start); d < time.Second || d >= 1100*time.Millisecond {
			t.Errorf("a read took %v", d)
		}
		start = time.Now()
		post(t, s, one("a"))
		if d := time.Since(start); d < 13*time.Second || d >= 13100*time.Millisecond {
			t.Errorf("a create took %v", d)
		}
	})
}
