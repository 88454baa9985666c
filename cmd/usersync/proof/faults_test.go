package proof

import (
	"fmt"
	"testing"
)

// TestProofPoison: if the API refuses a whole batch because of one user, that user is
// found, and only that user is refused.
func TestProofPoison(t *testing.T) {
	overlap(t)
	records := size(10_000, 100_000)
	poison := fmt.Sprintf("u-%07d", records/3)
	api := startSandbox(t, "--fault", "poison:id="+poison)

	o := run(t, "--config", api.config(t), write(t, records, validRow))
	o.wantExit(t, 3)
	rows := o.results(t)
	if got := count(rows); got["created"] != records-1 || got["refused"] != 1 {
		t.Fatalf("outcomes: %v", got)
	}
	for _, r := range rows {
		if r.outcome == "refused" && r.id != poison {
			t.Errorf("%s was refused, not %s", r.id, poison)
		}
	}
	extra := int(api.state(t).Calls) - (records+99)/100
	if extra > 14 {
		t.Errorf("%d extra calls, want at most 14", extra)
	}
	t.Logf("%d records, %d extra calls", records, extra)
}

// TestProofFaults: in a night with many faults no outcome is wrong or in doubt. The log
// says how many calls that took.
func TestProofFaults(t *testing.T) {
	overlap(t)
	records := size(10_000, 100_000)
	api := startSandbox(t, "--seed", "3", "--fault", "refuse:1%", "--fault", "500:2.5%", "--fault", "500:2.5%@after",
		"--fault", "lost:2%", "--fault", "reset:0.5%", "--fault", "reset:0.5%@after")

	o := run(t, "--config", api.config(t), write(t, records, validRow))
	o.wantExit(t, 3)
	rows := o.results(t)
	got := count(rows)
	if got["created"]+got["refused"] != records || got["created"] == records {
		t.Errorf("outcomes: %v", got)
	}
	checkAgreement(t, api, rows)
	s := api.state(t)
	t.Logf("%d records: %v; %d calls, at least %d needed; wall %s", records, got, s.Calls, (records+99)/100, o.wall)
	t.Logf("answers: %v", s.Answers)
}
