package proof

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// both is a site that sends one file to two APIs.
type both struct {
	site
	kard, konstantly *sandbox
	records          int
	file             string
	flags            []string
}

const severalConfig = `to: [kard, konstantly]
rate: unlimited
kard:
  base_url: %s
  organization: any
  put: as_is
  fields: {id: CUST, email: Mail, enrolled_rewards: {value: [CARDLINKED]}}
konstantly:
  base_url: %s/openapi/v1
  auth: {key: file:secret}
  password: generate
  fields: {id: CUST, email: Mail, name: Name, role: {value: learner}}
`

func newBoth(t *testing.T, records int, kardURL, konstantlyURL string) *both {
	t.Helper()
	b := &both{site: newSite(t), records: records, file: writeBoth(t, records, "Old")}
	dir := t.TempDir()
	for name, text := range map[string]string{"usersync.yaml": fmt.Sprintf(severalConfig, kardURL, konstantlyURL), "secret": wrongSecret} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.flags = []string{"--config", filepath.Join(dir, "usersync.yaml"), "--workers", "4"}
	return b
}

// startBoth starts both APIs.
func startBoth(t *testing.T, records int, kard, konstantly []string) *both {
	t.Helper()
	k, n := startSandbox(t, kard...), startSandbox(t, append([]string{"--api", "konstantly"}, konstantly...)...)
	b := newBoth(t, records, k.url, n.url)
	b.kard, b.konstantly = k, n
	return b
}

// writeBoth writes a file whose column names belong to neither API.
func writeBoth(t testing.TB, records int, word string) string {
	t.Helper()
	rows := []string{"CUST,Mail,Name"}
	for i := range records {
		rows = append(rows, fmt.Sprintf("E%d,%s%d@example.com,%s Okafor", i+1, word, i+1, word))
	}
	return lines(t, rows...)
}

func (b *both) with(file string, flags ...string) []string {
	return append(append(slices.Clone(b.flags), flags...), file)
}

// part is the run of one destination.
type part struct {
	execution
	seconds float64
	code    int
}

// parts are the newest runs with a summary, by destination.
func (b *both) parts(t *testing.T) map[string]part {
	t.Helper()
	all := map[string]part{}
	for _, dir := range b.dirs(t) {
		text, err := os.ReadFile(filepath.Join(dir, "summary.json"))
		if err != nil {
			continue // another run has absorbed it
		}
		var s struct {
			Scope   struct{ Destination string }
			Seconds float64
			Exit    int `json:"exit_code"`
		}
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		all[s.Scope.Destination] = part{execution{dir: dir}, s.Seconds, s.Exit}
	}
	return all
}

// settled checks that both runs ended with all records, and that both APIs hold the file.
func (b *both) settled(t *testing.T, word string) {
	t.Helper()
	parts := b.parts(t)
	for name, api := range map[string]*sandbox{"kard": b.kard, "konstantly": b.konstantly} {
		p := parts[name]
		rows := p.results(t)
		if len(rows) != b.records || p.code != 0 {
			t.Fatalf("%s: %d outcomes of %d records, exit %d", name, len(rows), b.records, p.code)
		}
		for i, r := range rows {
			if u := api.user(t, r.id); r.record != i+1 || u.Created != 1 || !strings.Contains(textOf(t, u.Attributes), word) {
				t.Errorf("%s: record %d, %s, is %s: created %d times, %v", name, r.record, r.id, r.outcome, u.Created, u.Attributes)
			}
		}
		verify(t, b.site, p.execution)
	}
}

func (b *both) calls(t *testing.T) uint64 {
	t.Helper()
	return b.kard.state(t).Calls + b.konstantly.state(t).Calls
}

// TestProofSeveral: with one file and two destinations, each has a run of its own. The two
// share nothing, and neither waits for the other.
func TestProofSeveral(t *testing.T) {
	overlap(t)
	t.Run("one is down", func(t *testing.T) {
		t.Parallel()
		address := freeAddress(t)
		kard := startSandbox(t)
		b := newBoth(t, 60, kard.url, "http://"+address)
		b.kard = kard
		b.run(t, b.with(b.file, "--give-up-after", "2s")...).wantExit(t, 5)
		parts := b.parts(t)
		if parts["kard"].code != 0 || parts["konstantly"].code != 5 || len(parts["kard"].results(t)) != 60 {
			t.Errorf("each for itself: %+v", parts)
		}
		b.konstantly = startSandbox(t, "--api", "konstantly", "--listen", address)
		before := kard.state(t).Calls
		b.run(t, b.with(b.file, "--give-up-after", "2s")...).wantExit(t, 0)
		b.settled(t, "Old")
		if n := kard.state(t).Calls - before; n > 0 {
			t.Errorf("%d calls to the one that was never down", n)
		}
	})
	t.Run("one is slow", func(t *testing.T) {
		t.Parallel()
		b := startBoth(t, 60, nil, []string{"--latency", "100ms"})
		b.run(t, b.with(b.file)...).wantExit(t, 0)
		b.settled(t, "Old")
		if p := b.parts(t); p["kard"].seconds > p["konstantly"].seconds/2 {
			t.Errorf("the quick one took %.2fs, the slow one %.2fs", p["kard"].seconds, p["konstantly"].seconds)
		}
		before := b.calls(t)
		b.run(t, b.with(b.file)...).wantExit(t, 0)
		if n := b.calls(t) - before; n > 0 {
			t.Errorf("the night after, %d calls", n)
		}
		b.run(t, b.with(writeBoth(t, b.records, "New"))...).wantExit(t, 0)
		b.settled(t, "New")
	})
	t.Run("the worst exit code", func(t *testing.T) {
		t.Parallel()
		b := startBoth(t, 9, []string{"--fault", "refuse:id=E1"}, []string{"--fault", "403"})
		b.run(t, b.with(b.file)...).wantExit(t, 7)
		if p := b.parts(t); p["kard"].code != 3 || p["konstantly"].code != 7 {
			t.Errorf("each for itself: %+v", p)
		}
	})
}

// freeAddress is an address that no process listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestProofSeveralCrash: both runs are killed in the middle, and both finish correctly
// later.
func TestProofSeveralCrash(t *testing.T) {
	overlap(t)
	for n := range size(2, 40) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			records := size(200, 2_000)
			faults := []string{"--latency", "8ms", "--fault", "500:2%@after/create", "--fault", "lost:2%/create"}
			b := startBoth(t, records, faults, faults)
			b.flags = append(b.flags, "--batch-size", "2")
			random, kills := rand.New(rand.NewPCG(uint64(n), 5)), 0
			for range 1 + random.IntN(2) {
				u := b.begin(t, nil, b.with(b.file)...)
				timer := time.AfterFunc(time.Duration(random.Int64N(int64(time.Duration(records)*2*time.Millisecond))), u.kill)
				if u.wait(t).exit == -1 {
					kills++
				}
				timer.Stop()
			}
			resumed := 0
			for _, dir := range b.dirs(t) {
				if info, err := os.Stat(filepath.Join(dir, "journal")); n%2 == 1 && err == nil && info.Size() > 0 && !over(dir) {
					o := b.command(t, nil, "resume", dir).wait(t)
					if neverBegan(o) {
						continue
					}
					o.wantExit(t, 0)
					resumed++
				}
			}
			if resumed < 2 {
				b.run(t, b.with(b.file)...).wantExit(t, 0)
			}
			b.settled(t, "Old")
			t.Logf("%d kills, resumed: %d", kills, resumed)
		})
	}
}

// TestProofSeveralNewLedger: two runs create one ledger and its key at the same moment.
func TestProofSeveralNewLedger(t *testing.T) {
	overlap(t)
	b := startBoth(t, 1, nil, nil)
	for range size(5, 300) {
		again := both{site: newSite(t), kard: b.kard, konstantly: b.konstantly, records: 1}
		o := again.run(t, b.with(b.file)...)
		if o.exit != 0 {
			t.Fatalf("exit %d\n%s", o.exit, o.stderr)
		}
		before := b.calls(t)
		again.run(t, b.with(b.file)...).wantExit(t, 0)
		if n := b.calls(t) - before; n > 0 {
			t.Fatalf("the night after, %d calls: a key was lost", n)
		}
	}
}
