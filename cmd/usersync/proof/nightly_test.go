package proof

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// nights are runs of one site with one API, night after night.
type nights struct {
	site
	api    *sandbox
	config string
}

func newNights(t *testing.T, faults ...string) nights {
	var flags []string
	for _, f := range faults {
		flags = append(flags, "--fault", f)
	}
	api := startSandbox(t, flags...)
	return nights{newSite(t), api, api.config(t)}
}

// night runs once and returns how many calls that took.
func (n nights) night(t *testing.T, args ...string) (execution, int) {
	t.Helper()
	before := n.api.state(t).Calls
	o := n.run(t, append([]string{"--config", n.config}, args...)...)
	return o, int(n.api.state(t).Calls - before)
}

// expect runs once and checks calls and outcomes.
func (n nights) expect(t *testing.T, calls int, outcomes map[string]int, args ...string) execution {
	t.Helper()
	o, made := n.night(t, args...)
	o.wantExit(t, 0)
	if got := o.tally(t); fmt.Sprint(got) != fmt.Sprint(outcomes) {
		t.Fatalf("outcomes %v, want %v\n%s", got, outcomes, o.stderr)
	}
	if made != calls {
		t.Errorf("%d calls, want %d", made, calls)
	}
	return o
}

func fullCalls(users int) int { return (users + 99) / 100 }

// TestProofNightly: the nights after the first make exactly the calls that are needed.
func TestProofNightly(t *testing.T) {
	users := size(20_000, 1_000_000)
	changed, added := users/100, users/1000
	n := newNights(t)
	first := write(t, users, validRow)
	second := write(t, users+added, func(i int) string {
		if i%100 == 50 {
			return otherRow(i)
		}
		return validRow(i)
	})

	figures(t, "first", n.expect(t, fullCalls(users), map[string]int{"created": users}, first), users)
	figures(t, "unchanged", n.expect(t, 0, map[string]int{"unchanged": users}, first), users)
	// Kard updates one user per call, after a read of what the row leaves out.
	o := n.expect(t, 2*changed+fullCalls(added), map[string]int{"unchanged": users - changed, "updated": changed, "created": added}, second)
	figures(t, "1% changed", o, users)
	n.holds(t, users+added, second)
	n.expect(t, 0, map[string]int{"unchanged": users + added}, second)
}

// TestProofLostLedger: --full sends every user, and a lost ledger only costs calls.
func TestProofLostLedger(t *testing.T) {
	overlap(t)
	users := 2_000
	n := newNights(t)
	first, second := write(t, users, validRow), write(t, users, otherRow)
	n.expect(t, fullCalls(users), map[string]int{"created": users}, first)
	n.expect(t, 2*users, map[string]int{"updated": users}, "--full", second)
	n.expect(t, 0, map[string]int{"unchanged": users}, second)
	lose(t, n.site)
	o, _ := n.night(t, first)
	o.wantExit(t, 0)
	n.holds(t, users, first)
	n.expect(t, 0, map[string]int{"unchanged": users}, first)
}

// figures logs the speed of a night, and checks its memory.
func figures(t *testing.T, name string, o execution, users int) {
	t.Helper()
	t.Logf("%s: %s, %.0f users/s, %.2f CPU-seconds per million, peak %.1f MiB", name, o.wall,
		float64(users)/o.wall.Seconds(), o.cpu.Seconds()/float64(users)*1e6, float64(o.peak)/(1<<20))
	if o.peak > 96<<20 {
		t.Errorf("%s: peak memory %.1f MiB, want at most 96", name, float64(o.peak)/(1<<20))
	}
}

// holds checks that the API holds what the file says, for some of its users.
func (n nights) holds(t *testing.T, users int, file string) {
	t.Helper()
	if s := n.api.state(t); s.Users != uint64(users) || s.Created != uint64(users) {
		t.Errorf("%d users are held and %d were created, want %d", s.Users, s.Created, users)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := bufio.NewScanner(f)
	for i := 0; rows.Scan(); i++ {
		if i > 0 && i%(users/200) == 51%(users/200) {
			row := rows.Text()
			cells := strings.Split(row, ",")
			if u := n.api.user(t, cells[0]); fmt.Sprint(u.Attributes["email"]) != cells[1] {
				t.Errorf("%s has %v, and the file says %s", cells[0], u.Attributes["email"], row)
			}
		}
	}
}

// lose removes the ledger, but not its key.
func lose(t *testing.T, s site) {
	t.Helper()
	for _, name := range []string{"ledger.db", "ledger.db-wal", "ledger.db-shm"} {
		if err := os.Remove(filepath.Join(s.runs, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// lines writes a file of the given lines.
func lines(t testing.TB, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestProofFewerColumns: a column that a file leaves out stays known, and is sent again
// only if it comes back with another value.
func TestProofFewerColumns(t *testing.T) {
	overlap(t)
	n := newNights(t)
	full := lines(t, header, validRow(1), validRow(2))
	emails := lines(t, "id,email,enrolled_rewards", "u-0000001,new@example.com,CARDLINKED", "u-0000002,u2@example.com,CARDLINKED")
	n.expect(t, 1, map[string]int{"created": 2}, full)
	o, _ := n.night(t, emails)
	o.wantExit(t, 0)
	if got := count(o.results(t)); got["updated"] != 1 || got["unchanged"] != 1 {
		t.Fatalf("outcomes: %v", got)
	}
	if u := n.api.user(t, "u-0000001"); u.Attributes["email"] != "new@example.com" || fmt.Sprint(u.Attributes["zipCode"]) != "00001" {
		t.Errorf("held: %v", u.Attributes)
	}
	o, _ = n.night(t, full)
	o.wantExit(t, 0)
	if got := count(o.results(t)); got["updated"] != 1 || got["unchanged"] != 1 {
		t.Fatalf("outcomes: %v", got)
	}
	n.expect(t, 0, map[string]int{"unchanged": 2}, full)
	if u := n.api.user(t, "u-0000001"); u.Attributes["email"] != "u1@example.com" {
		t.Errorf("held: %v", u.Attributes)
	}
}

// TestProofRepeated: the last of several records with the same id wins, even if the run
// was killed between them.
func TestProofRepeated(t *testing.T) {
	overlap(t)
	users := 1_000
	row := func(i int) string { // each user three times: old, new, and the last one
		r := validRow(i % users)
		switch i / users {
		case 1:
			return strings.Replace(r, "@example.com", "@example.net", 1)
		case 2:
			return strings.Replace(r, "@example.com", "@example.org", 1)
		}
		return r
	}
	for part := range size(4, 20) {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, "upsert", nil)
			c.records = 3 * users
			c.file = write(t, c.records, row)
			c.flags = []string{"--config", c.config, "--workers", "16"}
			c.killAt(t, time.Duration(part+1)*3*time.Second/time.Duration(size(5, 21)), c.file)
			o := c.run(t, c.with(c.file)...)
			o.wantExit(t, 0)
			c.checkComplete(t, o)
			c.checkHeld(t, o, func(i int) string { return row(2*users + i%users) })
			again, calls := nights{c.site, c.api, c.config}.night(t, c.with(c.file)...)
			again.wantExit(t, 0)
			t.Logf("the night after, %d calls: %v", calls, count(again.results(t)))
		})
	}
}
