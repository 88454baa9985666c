package proof

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// lostCreates are answers to creates that say nothing about whether the user was created,
// and one that says it was not. Without a Retry-After, a run would wait half a minute for it.
func lostCreates() []string {
	refused := "429=1s:2%/create"
	if *full {
		refused = "429:2%/create"
	}
	return []string{"500:4%@after/create", "lost:4%/create", "reset:2%@after/create", "reset:2%/create", "503:2%/create", "cut:2%/create", refused}
}

// keyless is a site whose API assigns the keys, and creates a second user if a create is
// repeated.
type keyless struct {
	site
	api     *sandbox
	records int
	file    string
	flags   []string
}

func newKeyless(t *testing.T, faults []string, lines ...string) *keyless {
	flags := []string{"--latency", "5ms", "--jitter", "10ms", "--seed", fmt.Sprint(len(t.Name()))}
	for _, f := range faults {
		flags = append(flags, "--fault", f)
	}
	k := &keyless{site: newSite(t), api: onbo().startSandbox(t, flags...), records: size(80, 400)}
	k.file = onbo().write(t, k.records, "Old")
	k.api.loses = true // a killed run does not get its answers
	k.flags = append(onbo().configure(t, k.api, lines...), "--workers", "4")
	return k
}

func (k *keyless) night(t *testing.T, file string) execution {
	t.Helper()
	return k.run(t, append(k.flags[:len(k.flags):len(k.flags)], file)...)
}

// killAt starts a run and kills it after some time.
func (k *keyless) killAt(t *testing.T, under []string, after time.Duration) bool {
	t.Helper()
	u := k.begin(t, under, append(k.flags[:len(k.flags):len(k.flags)], k.file)...)
	if under == nil {
		timer := time.AfterFunc(after, u.kill)
		defer timer.Stop()
	}
	o := u.wait(t)
	return o.exit == -1 || o.exit == 128+9
}

// ways are the ways to complete a run that was killed.
var ways = []string{"resume", "run", "run --new"}

// end completes the run, and returns the run that did.
func (k *keyless) end(t *testing.T, way string) execution {
	t.Helper()
	dir := k.newest(t)
	switch {
	case way == "run --new":
		return k.run(t, append(k.flags[:len(k.flags):len(k.flags)], "--new", k.file)...)
	case way == "run" || dir == "" || over(dir):
		return k.night(t, k.file)
	}
	o := k.command(t, nil, "resume", dir).wait(t)
	if neverBegan(o) {
		return k.night(t, k.file)
	}
	return o
}

// neverBegan reports whether a run was killed too early to be continued.
func neverBegan(o execution) bool {
	return o.exit == 2 && strings.Contains(o.stderr, "it ended before it sent anything")
}

// judge checks a run that ended: every user it reports as present is in the API, and no
// user is there twice. It returns the outcomes by id.
func (k *keyless) judge(t *testing.T, o execution) map[string]string {
	t.Helper()
	rows, held := o.results(t), 0
	if len(rows) != k.records {
		t.Fatalf("%d outcomes of %d records\n%s", len(rows), k.records, o.stderr)
	}
	outcomes := map[string]string{}
	for i, r := range rows {
		u := onbo().holds(t, k.api, i+1, "Old")
		held += u.now
		outcomes[r.id] = r.outcome
		switch {
		case r.record != i+1:
			t.Fatalf("outcome %d is of record %d", i+1, r.record)
		case u.created > 1:
			t.Errorf("%s was created %d times", r.id, u.created)
		case r.outcome == "in_doubt":
		case !slices.Contains([]string{"created", "updated", "unchanged"}, r.outcome):
			t.Errorf("%s is %s %s %s", r.id, r.outcome, r.code, r.detail)
		case u.now != 1:
			t.Errorf("%s is %s, but the API does not hold it", r.id, r.outcome)
		}
	}
	st := k.api.state(t)
	if len(st.Doubled) > 0 || st.Users != uint64(held) {
		t.Errorf("doubled: %v; the API holds %d users, %d of them from the file", st.Doubled, st.Users, held)
	}
	if want := map[bool]int{false: 0, true: 6}[inDoubt(outcomes) > 0]; o.exit != want {
		t.Errorf("exit %d, want %d\n%s", o.exit, want, o.stderr)
	}
	verify(t, k.site, o)
	return outcomes
}

// settle runs more nights: a user in doubt stays in doubt, without a create, until the
// API lists the user or a person records what is true.
func (k *keyless) settle(t *testing.T, before map[string]string) {
	t.Helper()
	creates := k.creates(t)
	after := k.judge(t, k.night(t, k.file))
	if n := k.creates(t); n != creates {
		t.Errorf("the night after, %d creates", n-creates)
	}
	if inDoubt(after) > 0 {
		k.command(t, nil, "retry", k.newest(t)).wait(t).wantExit(t, 6)
	}
	if n := k.creates(t); n != creates {
		t.Errorf("the rejects sent again, %d creates", n-creates)
	}
	for id, outcome := range after {
		if outcome == "in_doubt" && before[id] != "in_doubt" || outcome != "in_doubt" && outcome != "updated" && before[id] == "in_doubt" {
			t.Errorf("%s was %s, and is %s the night after", id, before[id], outcome)
		}
	}
	for round := 0; k.resolve(t, after) > 0; round++ {
		if round == 9 {
			t.Fatal("a user stays in doubt forever")
		}
		after = k.judge(t, k.night(t, k.file))
	}
	if st := k.api.state(t); st.Users != uint64(k.records) || st.Created != st.Users {
		t.Errorf("in the end %d users, %d were created, want %d", st.Users, st.Created, k.records)
	}
}

func (k *keyless) creates(t *testing.T) (n uint64) {
	t.Helper()
	for _, times := range k.api.state(t).Answers["create"] {
		n += times
	}
	return n
}

// resolve records in the ledger what is true of each user in doubt, and counts them.
func (k *keyless) resolve(t *testing.T, outcomes map[string]string) (n int) {
	t.Helper()
	for i := range k.records {
		id := fmt.Sprintf(onbo().id, i+1)
		if outcomes[id] != "in_doubt" {
			continue
		}
		n++
		args := []string{"ledger", "resolve", id, "--absent", "--runs-dir", k.runs}
		if u := onbo().holds(t, k.api, i+1, "Old"); u.now == 1 {
			args = []string{"ledger", "resolve", id, "--remote", u.remotes[0], "--runs-dir", k.runs}
		}
		if out, err := exec.Command(program, append(args, k.flags[:2]...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	return n
}

// long is roughly how long a whole run takes.
func (k *keyless) long() time.Duration { return time.Duration(k.records/4) * 14 * time.Millisecond }

// TestProofUnsafe: with an API where a repeated create makes a second user, no user is
// created twice: neither after a kill at any moment, nor after a lost answer.
func TestProofUnsafe(t *testing.T) {
	overlap(t)
	for name, faults := range map[string][]string{"quiet": nil, "faulty": lostCreates()} {
		for n := range size(2, 50) {
			t.Run(fmt.Sprintf("%s %d", name, n), func(t *testing.T) {
				t.Parallel()
				k := newKeyless(t, faults)
				random, kills := rand.New(rand.NewPCG(uint64(n), 3)), 0
				for range 1 + random.IntN(3) {
					if k.killAt(t, nil, time.Duration(random.Int64N(int64(k.long())))) {
						kills++
					}
				}
				outcomes := k.judge(t, k.end(t, ways[n%3]))
				k.settle(t, outcomes)
				t.Logf("%d kills, in doubt: %d", kills, inDoubt(outcomes))
			})
		}
	}
}

func inDoubt(outcomes map[string]string) (n int) {
	for _, outcome := range outcomes {
		if outcome == "in_doubt" {
			n++
		}
	}
	return n
}

// TestProofUnsafeWritePoints: the same, killed at system calls that write.
func TestProofUnsafeWritePoints(t *testing.T) {
	overlap(t)
	points := map[string][]int{"fsync": {9}, "pwrite64": {60}, "write": {60}}
	if *full {
		points = map[string][]int{"fsync": upTo(60, 4), "pwrite64": upTo(600, 37), "write": upTo(900, 53), "fdatasync": upTo(30, 5), "renameat": {1, 2, 3}}
	}
	for call, places := range points {
		for i, n := range places {
			t.Run(fmt.Sprintf("%s %d", call, n), func(t *testing.T) {
				t.Parallel()
				k := newKeyless(t, [][]string{nil, lostCreates()}[i%2])
				k.records = 120
				k.file = onbo().write(t, k.records, "Old")
				under := []string{"strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=" + call,
					"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
				died := k.killAt(t, under, 0)
				again := k.killAt(t, under, 0)
				outcomes := k.judge(t, k.end(t, ways[i%3]))
				k.settle(t, outcomes)
				t.Logf("killed: %t, and the next one: %t; in doubt: %d", died, again, inDoubt(outcomes))
			})
		}
	}
}

// TestProofUnsafeLostRun: the directory of the killed run is lost. The ledger alone
// prevents a second create of every user.
func TestProofUnsafeLostRun(t *testing.T) {
	overlap(t)
	for n := range size(2, 20) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			k := newKeyless(t, [][]string{nil, lostCreates()}[n%2])
			died := k.killAt(t, nil, time.Duration(n+1)*k.long()/time.Duration(size(3, 21)))
			for _, dir := range k.dirs(t) {
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
			outcomes := k.judge(t, k.night(t, k.file))
			k.settle(t, outcomes)
			t.Logf("killed: %t, in doubt: %d", died, inDoubt(outcomes))
		})
	}
}

// TestProofUnsafeWithoutLedger: without a ledger, the column of keys says who exists, and
// the journal says who was perhaps created by a killed run.
func TestProofUnsafeWithoutLedger(t *testing.T) {
	overlap(t)
	for n := range size(2, 20) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			k := newKeyless(t, [][]string{nil, lostCreates()}[n%2], "ledger: none")
			k.file = k.withKeys(t, func(int) string { return "" })
			died := k.killAt(t, nil, time.Duration(n+1)*k.long()/time.Duration(size(3, 21)))
			outcomes := k.judge(t, k.end(t, ways[n%2]))
			for round := 0; ; round++ {
				k.file = k.withKeys(t, func(i int) string {
					return strings.Join(onbo().holds(t, k.api, i, "Old").remotes, "+")
				})
				if k.judge(t, k.night(t, k.file)); k.api.state(t).Users == uint64(k.records) {
					break
				}
				if round == 9 {
					t.Fatal("a user is never created")
				}
			}
			t.Logf("killed: %t, in doubt: %d", died, inDoubt(outcomes))
		})
	}
}

// withKeys writes the file with a column of the API's own keys.
func (k *keyless) withKeys(t *testing.T, key func(i int) string) string {
	t.Helper()
	rows := []string{"remote_id," + onbo().header}
	for i := range k.records {
		rows = append(rows, key(i+1)+","+onbo().row(i+1, "Old"))
	}
	return lines(t, rows...)
}
