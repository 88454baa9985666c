package proof

import (
	"strings"
	"testing"
	"time"
)

// TestProofLock: of two runs at the same time one works; the other refuses immediately,
// or waits with --lock-timeout.
func TestProofLock(t *testing.T) {
	for _, ledger := range []string{"auto", "none"} {
		t.Run(ledger, func(t *testing.T) {
			t.Parallel()
			api, s := startSandbox(t, "--latency", "50ms"), newSite(t)
			records := size(300, 3_000)
			file := write(t, records, validRow)
			flags := []string{"--config", api.config(t), "--ledger", ledger, "--batch-size", "5", "--workers", "1", file}
			first := s.begin(t, nil, flags...)
			api.awaitCall(t)

			second := s.run(t, flags...)
			second.wantExit(t, 8)
			if second.wall > 2*time.Second {
				t.Errorf("it took %s to say that another run is in progress", second.wall)
			}
			if !strings.Contains(second.stderr, "--lock-timeout") {
				t.Errorf("no hint at --lock-timeout:\n%s", second.stderr)
			}
			third := s.run(t, append([]string{"--lock-timeout", "60s"}, append(flags, "--workers", "16")...)...)
			o := first.wait(t)
			o.wantExit(t, 0)
			third.wantExit(t, 0)
			if calls := int(api.state(t).Answers["create"]["ok"]); ledger == "auto" && calls > records/5 {
				t.Errorf("%d creates", calls)
			}
			for id, u := range api.users(t) {
				if u.Created != 1 {
					t.Errorf("%s was created %d times", id, u.Created)
				}
			}
			t.Logf("refused after %s; the one that waited ended after %s: %v", second.wall, third.wall, count(third.results(t)))
		})
	}
}

// awaitCall waits until the API has been called.
func (r *sandbox) awaitCall(t *testing.T) {
	t.Helper()
	late := time.After(20 * time.Second)
	for tick := time.Tick(time.Millisecond); r.state(t).Calls == 0; {
		select {
		case <-tick:
		case <-late:
			t.Fatal("no call reaches the API")
		}
	}
}
