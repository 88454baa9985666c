package proof

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// defects are kinds of bad rows, and whether a row with the defect is still valid.
var defects = []struct {
	name  string
	valid bool
	row   func(i int) string
}{
	{"valid", true, validRow},
	{"quoted newline", true, func(i int) string {
		return strings.Replace(validRow(i), fmt.Sprintf(",%05d,", i%100000), fmt.Sprintf(",\"%05d\nx\",", i%100000), 1)
	}},
	{"ragged", false, func(i int) string { return validRow(i) + ",one,more" }},
	{"too short", false, func(i int) string { return fmt.Sprintf("u-%07d,short", i) }},
	{"bare quote", false, bareQuote},
	{"wrongly closed quote", false, func(i int) string { return "\"u-" + fmt.Sprint(i) + "\"x\"," + bareQuote(i) }},
	{"lines in a broken quote", false, func(i int) string {
		return "\"u-" + fmt.Sprint(i) + "\"x\n" + validRow(i) + "\n\n" + validRow(i+1) + "\"," + bareQuote(i)
	}},
	{"invalid UTF-8", false, func(i int) string { return strings.Replace(validRow(i), "@", "\xff@", 1) }},
	{"NUL", false, func(i int) string { return strings.Replace(validRow(i), "@", "\x00@", 1) }},
	{"no id", false, func(i int) string { return validRow(i)[len("u-0000000"):] }},
	{"no rewards", false, func(i int) string { return strings.Replace(validRow(i), "CARDLINKED", "", 1) }},
	{"bad phone", false, func(i int) string { return strings.Replace(validRow(i), "+1415", "1415", 1) }},
	{"a repeated id", true, func(i int) string { return "u-" + fmt.Sprintf("%07d", i/2) + validRow(i)[len("u-0000000"):] }},
}

func bareQuote(i int) string { return strings.Replace(validRow(i), "@", "\"@", 1) }

// faultMixes are the sandbox faults of the accounting proof; each run has its own seed.
var faultMixes = [][]string{
	{"500:4%", "500:4%@after", "lost:3%", "reset:2%", "reset:2%@after", "refuse=422:1%"},
	{"cut:5%", "short:10%", "shuffle:30%", "foreign:10%", "nodata:5%", "double:20%", "number:50%", "refuse:3%"},
	{"noid:30%", "noid=blind:10%", "both:5%", "conflict:10%", "conflict=blind:10%", "poison:0.2%", "refuse:2%", "echo:50%"},
	{"429:5%", "429=1s:0.5%", "503:3%", "503=1s:0.5%", "html:2%@after", "empty:2%@after", "502:3%@after", "408:2%", "poison=413:0.1%"},
	{"500:3%@after", "short:20%", "lost:5%", "poison=422:0.2%", "refuse:2%", "504:3%/update", "reset:3%@after/update", "lost:3%/read"},
}

// TestProofAccounting: however broken the input and the API, each record has one
// outcome, in input order, that agrees with what the API holds.
func TestProofAccounting(t *testing.T) {
	overlap(t)
	for n := range size(len(faultMixes), 40) {
		faults, seed := faultMixes[n%len(faultMixes)], uint64(n+1)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			account(t, size(1500, 6000), seed, faults)
		})
	}
}

func account(t *testing.T, records int, seed uint64, faults []string) {
	flags := []string{"--seed", fmt.Sprint(seed)}
	for _, f := range faults {
		flags = append(flags, "--fault", f)
	}
	api := startSandbox(t, flags...)
	random := rand.New(rand.NewPCG(seed, 0))
	kinds := make([]int, records)
	for i := range kinds {
		if random.IntN(4) == 0 {
			kinds[i] = random.IntN(len(defects))
		}
	}
	file := write(t, records, func(i int) string { return defects[kinds[i]].row(i) })

	o := run(t, "--config", api.config(t), "--max-errors", "100%", file)
	if o.exit != 3 && o.exit != 6 {
		t.Fatalf("exit %d\n%s%s", o.exit, o.stdout, o.stderr)
	}
	rows := o.results(t)
	if len(rows) != records {
		t.Fatalf("%d records, %d outcomes", records, len(rows))
	}
	for i, r := range rows {
		if r.record != i+1 {
			t.Fatalf("outcome %d is of record %d", i+1, r.record)
		}
		if kind := defects[kinds[i]]; !kind.valid && r.outcome != "invalid" {
			t.Errorf("record %d is invalid (%s) and has the outcome %s", r.record, kind.name, r.outcome)
		}
	}
	checkAgreement(t, api, rows)
	t.Logf("%v %v", faults, count(rows))
}

// checkAgreement compares the outcomes with what the API holds.
func checkAgreement(t *testing.T, api *sandbox, rows []row) {
	t.Helper()
	held := api.users(t)
	settled := map[string][]string{} // outcomes of each id, in order, without the invalid
	for _, r := range rows {
		if r.outcome != "invalid" {
			settled[r.id] = append(settled[r.id], r.outcome)
		}
	}
	for id, outcomes := range settled {
		u := held[id]
		taken, doubt := 0, 0
		for _, o := range outcomes {
			switch o {
			case "created", "updated", "unchanged":
				taken++
			case "in_doubt":
				doubt++
			}
		}
		if taken > 0 != u.Held && doubt == 0 {
			t.Errorf("%s has the outcomes %v, held: %t", id, outcomes, u.Held)
		}
		if u.Created > 1 {
			t.Errorf("%s was created %d times", id, u.Created)
		}
	}
	for id := range held {
		if settled[id] == nil {
			t.Errorf("%s is held, but has no outcome", id)
		}
	}
}
