package summary

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/reader"
	"usersync/sync/guard"
	"usersync/sync/mirror"
	"usersync/sync/telemetry"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// runWith returns a run of a config, with files of its own.
func runWith(t *testing.T, c *config.Config) *Run {
	t.Helper()
	spec := output.Spec{Output: config.Output{RunsDir: t.TempDir(), ResultsFormat: "csv"}, Layout: reader.Layout{Format: "csv", Delimiter: ',', Header: []string{"id"}}}
	f, err := output.Create(spec, time.Now(), func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return &Run{Setup: &preview.Setup{Config: c}, Files: f}
}

// The guard that stopped a run is marked, with what it saw: the results may end before that. A
// guard that has no limit to come close to is added, and none is marked for another error.
func TestGuardThatStopped(t *testing.T) {
	listed := func() []report.Guard {
		return []report.Guard{{Name: "max_errors", Reached: 2, Most: 5}, {Name: "max_delete", Reached: 11, Most: 10}, {Name: "max_wait"}}
	}
	for name, c := range map[string]struct {
		err     error
		stopped string
		reached float64
	}{
		"with what it saw":  {fmt.Errorf("run: %w", &guard.Error{Name: "max_errors", What: "w", Reached: 304}), "max_errors", 304},
		"with what is more": {&guard.Error{Name: "max_errors", What: "w", Reached: 1}, "max_errors", 2},
		"of a mirror":       {&guard.Error{Name: mirror.Guard, What: "w"}, "max_delete", 11},
		"not in the list":   {&guard.Error{Name: "canary", What: "w"}, "canary", 0},
		"no guard":          {errors.New("w"), "", 0},
		"no error":          {nil, "", 0},
	} {
		got := ""
		for _, g := range markStopped(listed(), c.err) {
			if g.Stopped {
				got += g.Name
				if g.Note != "w" || g.Reached != c.reached {
					t.Errorf("%s: %+v", name, g)
				}
			}
		}
		if got != c.stopped {
			t.Errorf("%s: %q stopped it", name, got)
		}
	}
	below := []report.Guard{{Name: "max_delete", Reached: 3, Most: 10}}
	if all := markStopped(below, &guard.Error{Name: mirror.Guard}); len(all) != 2 || all[0].Stopped {
		t.Errorf("a mirror that deletes no one for another reason: %+v", all)
	}
}

// A percentage counts once enough records are settled, and a number at once.
func TestErrorGuard(t *testing.T) {
	of := func(bad, good int) *report.Summary {
		return &report.Summary{Counts: report.Counts{Outcomes: writer.Outcomes{Invalid: bad, Created: good}}}
	}
	for name, c := range map[string]struct {
		limit quantity.Share
		s     *report.Summary
		most  float64
		noted bool
	}{
		"a percentage, of few":  {quantity.Share{Percent: 10}, of(5, 900), 0, true},
		"a percentage, of many": {quantity.Share{Percent: 10}, of(5, 1995), 200, false},
		"a number":              {quantity.Share{Count: 7}, of(5, 1), 7, false},
	} {
		all := runWith(t, &config.Config{Guards: config.Guards{MaxErrors: c.limit}}).errorGuard(c.s)
		if len(all) != 1 || all[0].Reached != 5 || all[0].Most != c.most || (all[0].Note != "") != c.noted {
			t.Errorf("%s: %+v", name, all)
		}
	}
	if all := runWith(t, &config.Config{}).errorGuard(of(5, 1)); len(all) != 0 {
		t.Errorf("without a limit: %+v", all)
	}
}

// A guard is listed only where it could have stopped the run.
func TestGuardsThatApply(t *testing.T) {
	c := &config.Config{Pace: config.Pace{MaxWait: 15 * time.Minute}}
	r := runWith(t, c)
	s := &report.Summary{Pace: &report.Pace{Events: []report.PaceEvent{{Seconds: 5}, {Seconds: 30}, {Seconds: 1}}}}
	if all := r.guards(s, nil); len(all) != 1 || all[0].Name != "max_wait" || all[0].Limit != "15m" || all[0].Reached != 30 || all[0].Most != 900 {
		t.Errorf("%+v", all)
	}
	c.Guards = config.Guards{MinRecords: 5, MaxDuration: time.Hour, MaxDelete: mirror.Limit{Count: 4, Set: true}}
	r.Started, r.Now = time.Unix(0, 0), time.Unix(90, 0)
	r.Measured.Deletes(3, 100)
	s.RecordsRead = 7
	got := ""
	for _, g := range r.guards(s, nil) {
		got += fmt.Sprintf("%s %s %g %g %g; ", g.Name, g.Limit, g.Reached, g.Most, g.Least)
	}
	if want := "max_delete 4 3 4 0; min_records 5 7 0 5; max_duration 1h 90 3600 0; max_wait 15m 30 900 0; "; got != want {
		t.Errorf("%s", got)
	}
}

// A limit and a time are written as people type them.
func TestLimitsAsTyped(t *testing.T) {
	for want, d := range map[string]time.Duration{"15m": 15 * time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "10s": 10 * time.Second, "1m10s": 70 * time.Second} {
		if got := durationText(d); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for want, l := range map[string]mirror.Limit{"auto": {}, "2.5%": {Percent: 2.5, Set: true}, "0": {Set: true}, "40": {Count: 40, Set: true}} {
		if got := limitText(l); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// What took time is never nothing, and moments at which nothing happened are left out.
func TestTimesAndMoments(t *testing.T) {
	for want, d := range map[float64]time.Duration{0: 0, 0.001: 1, 0.002: time.Millisecond + 1, 3: 3 * time.Second} {
		if got := seconds(d); got != want {
			t.Errorf("%s: %g", d, got)
		}
	}
	facts := timelineFacts(telemetry.Timeline{Start: time.Unix(0, 0), Width: 2 * time.Second, Points: []telemetry.Point{
		{}, {Calls: 1, Failed: 1, Limit: 16.66667}, {}, {Outcomes: map[user.Status]int{user.Created: 1}},
	}})
	if p := facts.Points; len(p) != 2 || p[0].At != 2 || p[0].PerSecond != 16.67 || p[1].At != 6 || facts.WidthSeconds != 2 {
		t.Errorf("%+v", facts)
	}
}
