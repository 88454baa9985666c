package ledger

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"usersync/sync/user"
)

// Random changes of several scopes of one database by several ledgers, some of which fail in the middle.
func TestRandomChanges(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		for seed := range uint64(1) {
			random := rand.New(rand.NewPCG(seed, 1))
			const scopes = 3
			var ls [scopes]*Ledger
			var want [scopes]map[string]Entry
			var rows [scopes]map[string]int64
			seen := [scopes]map[int64]string{}
			for i := range ls {
				ls[i] = open(t, Options{URL: url, Scope: fmt.Sprint("scope ", seed, i)})
				want[i], rows[i], seen[i] = map[string]Entry{}, map[string]int64{}, map[int64]string{}
				lock(t, ls[i])
			}
			for step := range 40 {
				i := random.IntN(scopes)
				n := []int{1, 3, 12, 300, 3000}[random.IntN(5)]
				if step > 10 {
					n = min(n, 300)
				}
				pool := []int{50, 500, 10000}[random.IntN(3)]
				var all []Entry
				for k := range n {
					e := Entry{ID: fmt.Sprint("u", random.IntN(pool)), State: user.Present, Record: step*10000 + k, Replace: true}
					switch random.IntN(12) {
					case 0:
						e.State = user.Absent
						e.Deleted = random.IntN(2) == 0
					case 1:
						e.Remote = fmt.Sprint("r", k)
					case 2:
						e.ID = "U" + e.ID
					case 3:
						e.State = user.Pending
					}
					if e.State != user.Absent {
						e.Fingerprints = fingerprints(user.Fingerprint{Field: "a", Sum: random.Uint64()}, user.Fingerprint{Field: user.Field(fmt.Sprint("f", k%5)), Sum: random.Uint64()})
					}
					all = append(all, e)
				}
				if random.IntN(4) == 0 { // fails
					bad := append(append([]Entry{}, all...), Entry{ID: "", State: user.Present})
					if err := ls[i].Save(t.Context(), Checkpoint{Run: "run-1", Record: 1}, bad); err == nil {
						t.Fatal("saved")
					}
				}
				save(t, ls[i], all...)
				for _, e := range all {
					if e.State == user.Absent {
						delete(want[i], e.ID)
					} else {
						want[i][e.ID] = e
					}
				}
				for j := range ls {
					var list []string
					for id := range want[j] {
						list = append(list, id)
					}
					list = append(list, "absent", "u1", "u2")
					for k, known := range find(t, ls[j], list...) {
						e, held := want[j][list[k]]
						switch {
						case !held && known.State != user.Absent:
							t.Fatalf("%s: %+v", list[k], known)
						case held && (known.State != e.State || known.Record != e.Record || known.Remote != e.Remote || known.Fingerprints.Fields[1] != e.Fingerprints.Fields[1] || known.Fingerprints.Fields[0] != e.Fingerprints.Fields[0]):
							t.Fatalf("seed %d step %d scope %d: %s is %+v, want %+v", seed, step, j, list[k], known, e)
						case held:
							if other, taken := seen[j][known.Row]; taken && other != list[k] {
								t.Fatalf("row %d of %s was that of %s", known.Row, list[k], other)
							}
							seen[j][known.Row] = list[k]
						}
					}
				}
			}
		}
	})
}
