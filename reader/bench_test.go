package reader

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

const benchRecords = 20_000

func kardCSV(n int) string {
	var b strings.Builder
	b.WriteString("id,email,phone,zip_code,birth_year,enrolled_rewards,historical_transactions_sent,hashed_email\n")
	for i := range n {
		fmt.Fprintf(&b, "cust-%08d,user%d@example.com,+14155550101,94107,1984,CARDLINKED,true,%064d\n", i, i, i)
	}
	return b.String()
}

// kardKeys are the members of a record. A %d is the number of the record.
var kardKeys = []string{`"id":"cust-%08d"`, `"email":"user%d@example.com"`, `"phone":"+14155550101"`, `"zip_code":"94107"`, `"birth_year":1984`,
	`"enrolled_rewards":["CARDLINKED"]`, `"historical_transactions_sent":true`, `"hashed_email":"%064d"`}

// jsonLines returns records with the members that each of them has.
func jsonLines(members func(record int) []string) string {
	var b strings.Builder
	for i := range benchRecords {
		line := "{" + strings.Join(members(i), ",") + "}\n"
		b.WriteString(strings.NewReplacer("%08d", fmt.Sprintf("%08d", i), "%064d", fmt.Sprintf("%064d", i), "%d", strconv.Itoa(i)).Replace(line))
	}
	return b.String()
}

func benchmark(b *testing.B, o Options, text string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	records := 0
	for b.Loop() {
		o.Paths, o.Stdin, o.Op = []string{"-"}, strings.NewReader(text), user.Upsert
		in, err := Open(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		for rec, err := range in.Records() {
			if err != nil || rec.Err != nil {
				b.Fatal(err, rec.Err)
			}
			records++
		}
		if err := in.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records), "ns/record")
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkCSV(b *testing.B) { benchmark(b, Options{}, kardCSV(benchRecords)) }

func BenchmarkJSONL(b *testing.B) {
	always := func(more ...string) func(int) []string {
		return func(int) []string { return slices.Concat(kardKeys, more) }
	}
	ignored := []string{`"segment":"B2"`, `"created":"2026-01-02"`, `"score":0.75`, `"opted_in":true`, `"source":"web"`, `"tier":null`, `"clicks":12`, `"note":"none"`}
	for _, c := range []struct {
		name    string
		members func(record int) []string
	}{
		{"Plain", always()},
		{"Spaced", func(int) []string {
			return strings.Split(strings.ReplaceAll(strings.Join(kardKeys, ", "), `":`, `": `), ",")
		}},
		{"Typed", always(`"attributes":{"age":41,"vip":false,"score":1.5e3}`, `"extra.tags":["a","b"]`, `"extra.home":{"city":"Boston","zip":"02139"}`)},
		{"Ignored", always(ignored...)},
		{"IgnoredObjects", always(`"device":{"os":"ios","version":{"major":17,"minor":2}}`, `"visits":[{"day":1},{"day":2}]`)},
		{"Nested", always(`"address":{"city":"Boston","state":"MA","country":"US"}`, `"name":{"givenName":"Ann","familyName":"Lee"}`)},
		{"Order", func(record int) []string {
			at := record * 7 % len(kardKeys)
			return slices.Concat(kardKeys[at:], kardKeys[:at])
		}},
		{"Escapes", always(`"bio":"\"5 o\u0027clock\"\n\tC:\\dir"`, `"city":"\u004d\u00fcnchen"`)},
		{"NonASCII", always(`"city":"München"`, `"first_name":"Łukasz"`, `"last_name":"村上"`)},
	} {
		b.Run(c.name, func(b *testing.B) {
			ignore := []string{"device", "visits", "segment", "created", "score", "opted_in", "source", "tier", "clicks", "note"}
			benchmark(b, Options{Mapping: mapping.Config{Ignore: ignore}}, jsonLines(c.members))
		})
	}
}

func BenchmarkCSVQuoted(b *testing.B) {
	text := strings.ReplaceAll(kardCSV(benchRecords), ",", `","`)
	benchmark(b, Options{}, `"`+strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\"\n\"")+"\"\n")
}
