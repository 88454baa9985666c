package proof

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// packed writes a file as one gzip member, which proves that it is complete.
func packed(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".gz", zipped(t, text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file + ".gz"
}

func zipped(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// leaves reports whether user i is missing from the second night's file.
func leaves(i int) bool { return i%3 == 1 }

// stayer is the number of the nth user who stays in the file.
func stayer(n int) int { return n/2*3 + n%2*2 }

// TestProofMirrorCrash: after a mirror was killed at any moment, also during its
// deletions, the API ends up with exactly the users of the file, and no user in it was
// deleted.
func TestProofMirrorCrash(t *testing.T) {
	overlap(t)
	for n := range size(6, 60) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, "mirror", [][]string{nil, {"500:2%@after", "lost:2%", "reset:1%"}}[n%2])
			c.records = size(600, 6_000)
			first := packed(t, write(t, c.records, validRow))
			c.flags = []string{"--config", c.config, "--mode", "mirror", "--workers", "4", "--max-delete", "50%", "--batch-size", "20"}
			c.run(t, c.with(first)...).wantExit(t, 0)
			left := c.records / 3 * 2
			c.file = packed(t, write(t, left, func(n int) string { return validRow(stayer(n)) }))

			random := rand.New(rand.NewPCG(uint64(n), 11))
			kills := 0
			for range 3 {
				if c.killAt(t, time.Duration(random.Int64N(int64(c.longDeletes()))), c.file) {
					kills++
				}
			}
			resumed := n%4 == 0 && c.resume(t)
			o := c.run(t, c.with(c.file)...)
			o.wantExit(t, 0)
			verify(t, c.site, o)
			c.checkMirror(t, left)
			if n := len(o.rows(t, "rejects.csv")); n > 0 {
				t.Errorf("%d rejects", n)
			}
			t.Logf("%d kills, resumed: %t", kills, resumed)
		})
	}
}

// longDeletes is roughly how long the second night takes.
func (c *crash) longDeletes() time.Duration {
	return time.Duration(c.records/3/4) * 6 * time.Millisecond
}

// checkMirror checks that the API holds exactly the users who stay.
func (c *crash) checkMirror(t *testing.T, left int) {
	t.Helper()
	held := 0
	for id, u := range c.api.users(t) {
		var i int
		if _, err := fmt.Sscanf(id, "u-%d", &i); err != nil {
			t.Fatal(err)
		}
		if u.Held {
			held++
		}
		switch {
		case leaves(i) && (u.Held || u.Deleted != 1 || u.Created != 1):
			t.Errorf("%s must be deleted: held %t, deleted %d times, created %d times", id, u.Held, u.Deleted, u.Created)
		case !leaves(i) && (!u.Held || u.Deleted > 0 || u.Created != 1):
			t.Errorf("%s must stay: held %t, deleted %d times, created %d times", id, u.Held, u.Deleted, u.Created)
		}
	}
	if held != left {
		t.Errorf("%d users are held, want %d", held, left)
	}
}

// TestProofCut: an input that is truncated at any byte deletes no users, and is a success
// only if every id is still there.
func TestProofCut(t *testing.T) {
	overlap(t)
	const users = 40
	plain, err := os.ReadFile(write(t, users, validRow))
	if err != nil {
		t.Fatal(err)
	}
	trailed := fmt.Appendf(nil, "%sEND,%d\n", plain, users)
	sum := fmt.Sprintf("%x", sha256.Sum256(plain))
	for name, c := range map[string]struct {
		file  string
		whole []byte
		flags []string
	}{
		"plain":          {"users.csv", plain, nil},
		"expect records": {"users.csv", plain, []string{"--expect-records", fmt.Sprint(users)}},
		"expect hash":    {"users.csv", plain, []string{"--expect-sha256", sum}},
		"trailer":        {"users.csv", trailed, []string{"--trailer", "END"}},
		"gzip":           {"users.csv.gz", zipped(t, plain), nil},
		"array":          {"users.json", array(users), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNights(t)
			path := filepath.Join(t.TempDir(), c.file)
			flags := append([]string{"--config", n.config, "--mode", "mirror", "--accept-mapping-change"}, c.flags...)
			night := func(text []byte) execution {
				if err := os.WriteFile(path, text, 0o600); err != nil {
					t.Fatal(err)
				}
				return n.run(t, append(flags, path)...)
			}
			night(c.whole).wantExit(t, 0)
			calls := n.api.state(t).Calls
			for _, cut := range cuts(len(c.whole), size(25, 1_000)) {
				o := night(c.whole[:cut])
				if s := n.api.state(t); s.Deleted > 0 || s.Users != users {
					t.Fatalf("cut at byte %d of %d: %d users deleted", cut, len(c.whole), s.Deleted)
				}
				if o.exit == 0 && !strings.Contains(o.stderr, fmt.Sprintf("%d  unchanged", users)) {
					t.Fatalf("cut at byte %d of %d: a success\n%s", cut, len(c.whole), o.stderr)
				}
			}
			t.Logf("%d more calls", n.api.state(t).Calls-calls)
			night(c.whole).wantExit(t, 0)
		})
	}
}

// cuts are n positions to cut a text of the given size, most of them near its end.
func cuts(size, n int) []int {
	var all []int
	for cut := size - 1; cut > 0 && len(all) < n/2; cut-- {
		all = append(all, cut)
	}
	step := max(1, 2*size/n)
	for cut := size - n/2; cut > 0; cut -= step {
		all = append(all, cut)
	}
	return all
}

// array is a JSON array of users.
func array(users int) []byte {
	b := []byte("[")
	for i := range users {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = fmt.Appendf(b, `{"id":"u-%07d","email":"u%d@example.com","enrolled_rewards":["CARDLINKED"]}`, i, i)
	}
	return append(b, "]\n"...)
}
