package cause

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

func outcome(record int, status user.Status, code, detail string) user.Outcome {
	return user.Outcome{Record: &user.Record{Origin: user.Origin{Record: record, File: "users.csv", Line: record + 1}}, Status: status, Code: code, Detail: detail}
}

func sum(r *ErrorGroups) int {
	n := r.Other
	for _, g := range r.Groups {
		n += g.Records
	}
	return n
}

// Rejects of one cause are one group, with the lines of its first and last; what is not
// rejected is in none.
func TestGroups(t *testing.T) {
	var g Groups
	for i, o := range []user.Outcome{
		outcome(1, user.Created, "", ""),
		outcome(2, user.Invalid, "bad_phone", "column Mobile (phone): must be in E.164 form, such as +14155552671"),
		outcome(3, user.Refused, "taken", "'a' is taken"),
		outcome(4, user.Invalid, "bad_phone", "column Mobile (phone): must be in E.164 form, such as +14155552671"),
		outcome(5, user.Refused, "taken", "'b' is taken"),
		outcome(6, user.Failed, "http_503", ""),
		outcome(7, user.Refused, "taken", "'c' is taken"),
		outcome(8, user.Invalid, "ragged", "has 5 cells, and the header has 7"),
		outcome(9, user.Invalid, "ragged", "has 6 cells, and the header has 7"),
		{Record: &user.Record{Origin: user.Origin{Record: 10, Absent: true}}, Status: user.Failed, Code: "http_503"},
	} {
		if err := g.Write(&o); err != nil {
			t.Fatal(i, err)
		}
	}
	r := g.Report("kard", []Known{{Reason: "taken", Advice: Advice{AfterFix, "choose another"}}})
	type shown struct {
		Code, Field, Message, Do string
		Retry                    Retry
		Records, First, Last     int
		Deletions                bool
	}
	var got []shown
	for _, one := range r.Groups {
		got = append(got, shown{one.Code, one.Field, one.Message, one.Do, one.Retry, one.Records, one.First.Line, one.Last.Line, one.Deletions})
	}
	want := []shown{
		{"taken", "", "… is taken", "choose another", AfterFix, 3, 4, 8, false},
		{"bad_phone", "phone", "must be in E.164 form, such as +14155552671", "Map it with `e164(COLUMN, \"US\")`, or correct the cell.", AfterFix, 2, 3, 5, false},
		{"ragged", "", "has … cells, and the header has …", "Put a cell that contains the delimiter in quotes. For titles and totals use `header_row`, `comment` or `footer`.", AfterFix, 2, 9, 10, false},
		{"http_503", "", "", "Run `usersync retry` later.", Yes, 1, 7, 7, false},
		{"http_503", "", "", "Run the mirror again: it deletes the users that are still missing from the input.", No, 1, 0, 0, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if sum(r) != 9 || r.Groups[0].Share != 0.3333 {
		t.Errorf("%d records, the first group is %v", sum(r), r.Groups[0].Share)
	}
	if empty := new(Groups).Report("kard", nil); empty != nil {
		t.Errorf("no reject gives %+v", empty)
	}
}

// words writes a number in letters, as a message that is different for every record.
func words(n int) string {
	text := ""
	for ; n > 0; n /= 20 {
		text += string(rune('g' + n%20))
	}
	return text
}

// A million messages need no more memory than a thousand, the counts add up all the same, and
// the causes that matter are found although they come late.
func TestGroupsAreBounded(t *testing.T) {
	const records = 1_000_000
	var g Groups
	for i := 1; i <= records; i++ {
		detail := "unknown word " + words(i)
		if i > records/2 && i%50 == 0 {
			detail = "the one that matters"
		}
		o := outcome(i, user.Refused, "bad", detail)
		if err := g.Write(&o); err != nil {
			t.Fatal(err)
		}
		if len(g.groups) > mostHeld || len(g.seen) > mostSeen {
			t.Fatalf("%d groups, %d texts after %d records", len(g.groups), len(g.seen), i)
		}
	}
	r := g.Report("kard", nil)
	if few := r.Largest(5); sum(&few) != records || len(few.Groups) != 5 || r.Total() != records {
		t.Errorf("%+v", few)
	}
	if sum(r) != records || len(r.Groups) != Most {
		t.Errorf("%d records in %d groups and %d others", sum(r), len(r.Groups), r.Other)
	}
	if first := r.Groups[0]; first.Message != "the one that matters" || first.Records < records/2/50-1 || first.Last.Record != records {
		t.Errorf("the first is %+v", first)
	}
}

// The sums are exact whatever comes, and counting the first part again from the results, as a
// continued run does, gives the same groups.
func TestGroupsAreTheSameWhenCountedAgain(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		var all []user.Outcome
		rejected := 0
		for i := range 20_000 {
			status := user.Statuses[random.IntN(len(user.Statuses))]
			o := outcome(i+1, status, words(random.IntN(30)), "not a word: "+words(random.IntN(1+random.IntN(4000))))
			o.Record.Origin.Absent = random.IntN(10) == 0
			if o.Record.Origin.Absent {
				o.Record.Origin.File, o.Record.Origin.Line = "", 0
			}
			if all = append(all, o); status.Rejected() {
				rejected++
			}
		}
		var once, again Groups
		for _, o := range all {
			if err := once.Write(&o); err != nil {
				t.Fatal(err)
			}
			s := o.Settled() // as results hold it
			back, _ := s.For(&user.Record{Origin: user.Origin{Record: s.Record, File: s.File, Line: s.Line, Absent: s.Absent()}})
			if err := again.Write(&back); err != nil {
				t.Fatal(err)
			}
		}
		r := once.Report("kard", nil)
		if diff := cmp.Diff(r, again.Report("kard", nil)); diff != "" || sum(r) != rejected {
			t.Fatalf("seed %d: %d of %d records (-once +again):\n%s", seed, sum(r), rejected, diff)
		}
	}
}

// Every reject gets advice: the destination's, that of its code, of its HTTP status, or of its
// outcome.
func TestAdvice(t *testing.T) {
	for _, status := range user.Statuses {
		if a := adviceOn(Cause{Status: status, Code: "anything"}, nil); status.Rejected() && (a.Do == "" || a.Retry == "") {
			t.Errorf("%s: %+v", status, a)
		}
	}
	known := []Known{{Status: user.Refused, Reason: "missing", Field: "email", Advice: Advice{AfterFix, "Merge the accounts."}}}
	for name, c := range map[string]struct {
		cause Cause
		retry Retry
		do    string
	}{
		"the destination's":      {Cause{Status: user.Refused, Code: "missing", Field: "email"}, AfterFix, "Merge the accounts."},
		"another field":          {Cause{Status: user.Refused, Code: "missing", Field: "phone"}, AfterFix, "Use `--mode upsert` to create the user, or remove the row."},
		"of the status":          {Cause{Status: user.Refused, Code: "taken", HTTP: 422}, AfterFix, "Read `detail`, and correct the row."},
		"of the outcome":         {Cause{Status: user.Refused, Code: "taken", HTTP: 499}, AfterFix, "Correct the row in `rejects` and run that file."},
		"safe to repeat":         {Cause{Status: user.Failed, Code: "http_503", HTTP: 503}, Yes, "Run `usersync retry` later."},
		"looked up":              {Cause{Status: user.InDoubt, Code: "timeout"}, Yes, "Run `usersync retry`. If it stays, raise `--timeout` or use a smaller `--batch-size`."},
		"nothing helps":          {Cause{Status: user.Invalid, Code: "superseded"}, No, "Nothing, if the later run is right. `--allow-stale` sends it anyway."},
		"a deletion":             {Cause{Status: user.Failed, Code: "http_503", Deletion: true}, No, "Run the mirror again: it deletes the users that are still missing from the input."},
		"a deletion by its code": {Cause{Status: user.Refused, Code: "protected", Deletion: true}, No, "Nothing, if the list is right. Otherwise remove the id from the list."},
	} {
		if a := adviceOn(c.cause, known); a != (Advice{c.retry, c.do}) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// BenchmarkGroups writes rejects of ten causes, and rejects that all differ.
func BenchmarkGroups(b *testing.B) {
	for name, causes := range map[string]int{"ten": 10, "all_differ": 1 << 30} {
		b.Run(name, func(b *testing.B) {
			outcomes := make([]user.Outcome, 4096)
			for i := range outcomes {
				outcomes[i] = outcome(i+1, user.Refused, "bad_value", fmt.Sprintf("email: the value %d of '%s' is not allowed for %s", i, words(i), words(i%causes)))
			}
			var g Groups
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_ = g.Write(&outcomes[i%len(outcomes)])
			}
		})
	}
}
