package proof

import (
	"fmt"
	"testing"
	"time"
)

// TestProofDown: if the API is down, the run exits 5 in bounded time, and no user is
// failed that was not tried.
func TestProofDown(t *testing.T) {
	overlap(t)
	records := size(5_000, 100_000)
	patience := fmt.Sprintf("%ds", size(3, 10))
	for name, fault := range map[string]string{
		"from the start":            "down:#1-",
		"from the middle":           "down:#30-",
		"from the start, with 503":  "down=503:#1-",
		"from the middle, with 500": "down=500:#30-",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := startSandbox(t, "--fault", fault)
			o := run(t, "--config", api.config(t), "--give-up-after", patience, write(t, records, validRow))
			checkDown(t, o, api)
		})
	}
	t.Run("connection refused", func(t *testing.T) {
		t.Parallel()
		api := startSandbox(t)
		config := api.config(t)
		api.end()
		checkDown(t, run(t, "--config", config, "--give-up-after", patience, write(t, records, validRow)), nil)
	})
}

func checkDown(t *testing.T, o execution, api *sandbox) {
	t.Helper()
	o.wantExit(t, 5)
	if o.wall > 40*time.Second {
		t.Errorf("it took %s to give up", o.wall)
	}
	s := o.summary(t)
	if s.State != "stopped" || s.ExitCode != 5 {
		t.Errorf("summary: %+v", s)
	}
	rows := o.rows(t, "results.csv.partial")
	if len(rows) != s.SettledUpTo {
		t.Errorf("%d outcomes, settled up to %d", len(rows), s.SettledUpTo)
	}
	if n := count(rows)["created"]; n != len(rows) {
		t.Errorf("%d outcomes, %d of them created", len(rows), n)
	}
	if api != nil {
		t.Logf("gave up after %s, %d calls, %d settled", o.wall.Round(time.Millisecond), api.state(t).Calls, len(rows))
	}
}
